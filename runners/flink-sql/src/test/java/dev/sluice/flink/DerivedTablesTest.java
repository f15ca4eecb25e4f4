package dev.sluice.flink;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The operator's golden tables against a real Flink: the format checks that columns and Avro schema fit exactly. */
class DerivedTablesTest {
    private static final Path GOLDEN = Path.of("../../operator/src/engines/flink/__golden__/tables.sql");

    private static final String SQL =
            "INSERT INTO copies SELECT * FROM orders;\n"
                    + "INSERT INTO copies SELECT o.* FROM orders AS o JOIN cards AS c ON o.id = c.id "
                    + "AND o.occurredAt BETWEEN c.precise AND c.precise + INTERVAL '1' MINUTE;\n"
                    + "INSERT INTO copies\n"
                    + "SELECT m.id, m.note, m.ok, m.n, m.total, m.ratio, m.score, m.`raw`, m.price, m.`day`, m.occurredAt, m.seenAt,\n"
                    + "  m.tags, m.counts, m.buyer, m.payer, m.`lines`\n"
                    + "FROM orders MATCH_RECOGNIZE (PARTITION BY id ORDER BY occurredAt MEASURES\n"
                    + "    A.note AS note, A.ok AS ok, A.n AS n, A.total AS total, A.ratio AS ratio, A.score AS score, A.`raw` AS `raw`,\n"
                    + "    A.price AS price, A.`day` AS `day`, LAST(A.occurredAt) AS occurredAt, A.seenAt AS seenAt,\n"
                    + "    A.tags AS tags, A.counts AS counts, A.buyer AS buyer, A.payer AS payer, A.`lines` AS `lines`\n"
                    + "  PATTERN (A{3}) WITHIN INTERVAL '1' MINUTE DEFINE A AS A.total > 100) AS m";

    @Test
    @DisplayName("compiles reads, joins on event time, patterns and writes over every supported Avro type")
    void golden() throws IOException {
        ScriptRunner runner = new ScriptRunner(TableEnvironment.create(EnvironmentSettings.inStreamingMode()));
        runner.add(ScriptSplitter.split("tables.sql", Files.readString(GOLDEN)));
        runner.add(ScriptSplitter.split("job.sql", SQL));
        String plan = runner.explain();
        assertTrue(plan.contains("watermark=[-(occurredAt"), plan);
    }
}
