package dev.sluice.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * The entry point of a Flink SQL job: {@code --tables FILE --sql FILE}. The first script holds the settings and tables
 * that the operator derived, the second what the user wrote. The job runs when both are read without an error.
 */
public final class SqlRunner {
    private SqlRunner() {}

    public static void main(String[] args) throws IOException {
        Path tables = Path.of(argument(args, "--tables"));
        Path sql = Path.of(argument(args, "--sql"));
        StreamTableEnvironment environment =
                StreamTableEnvironment.create(StreamExecutionEnvironment.getExecutionEnvironment());
        ScriptRunner runner = new ScriptRunner(environment);
        try {
            runner.add(ScriptSplitter.split(tables.getFileName().toString(), Files.readString(tables)));
            runner.add(ScriptSplitter.split(sql.getFileName().toString(), Files.readString(sql)));
            runner.execute();
        } catch (SqlException e) {
            TerminationMessage.write(TerminationMessage.DEFAULT_PATH, e.getMessage());
            throw e;
        }
    }

    static String argument(String[] args, String name) {
        for (int i = 0; i + 1 < args.length; i += 2) {
            if (args[i].equals(name)) {
                return args[i + 1];
            }
        }
        throw new IllegalArgumentException("usage: --tables FILE --sql FILE (" + name + " is missing)");
    }
}
