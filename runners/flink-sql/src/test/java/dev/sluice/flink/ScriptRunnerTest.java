package dev.sluice.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ScriptRunnerTest {
    private final TableEnvironment environment = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    private final ScriptRunner runner = new ScriptRunner(environment);

    private void add(String script) {
        runner.add(ScriptSplitter.split("job.sql", script));
    }

    private static final String TABLES =
            "CREATE TABLE source (n INT) WITH ('connector' = 'datagen');\n"
                    + "CREATE TABLE sink (n INT) WITH ('connector' = 'blackhole');\n"
                    + "CREATE TABLE other (n INT) WITH ('connector' = 'blackhole');\n";

    @Test
    @DisplayName("applies a setting, with a doubled quote for one")
    void settings() {
        add("SET 'table.exec.uid.generation' = 'ALWAYS'; SET 'pipeline.name'='it''s';");
        assertEquals("ALWAYS", environment.getConfig().getConfiguration().getString("table.exec.uid.generation", ""));
        assertEquals("it's", environment.getConfig().getConfiguration().getString("pipeline.name", ""));
    }

    @Test
    @DisplayName("makes one job of all INSERTs, those of a statement set too")
    void inserts() {
        add(TABLES + "INSERT INTO sink SELECT n FROM source; EXECUTE STATEMENT SET BEGIN INSERT INTO other SELECT n + 1 FROM source; END;");
        String plan = runner.explain();
        assertTrue(plan.contains("default_catalog.default_database.sink"), plan);
        assertTrue(plan.contains("default_catalog.default_database.other"), plan);
    }

    @Test
    @DisplayName("names the statement whose SQL does not parse")
    void parseError() {
        SqlException e = assertThrows(SqlException.class, () -> add(TABLES + "INSERT INTO sink SELEC n FROM source;"));
        assertTrue(e.getMessage().startsWith("job.sql statement 4 (line 4, column 1): SQL parse failed"), e.getMessage());
    }

    @Test
    @DisplayName("tells the line and column of the script, whatever stands before the statement")
    void placeInScript() {
        SqlException e = assertThrows(
                SqlException.class, () -> add("-- tables\n" + TABLES + "-- the job\n  INSERT INTO sink\n  SELECT n FRM source;"));
        assertTrue(e.getMessage().startsWith("job.sql statement 4 (line 6, column 3)"), e.getMessage());
        assertTrue(e.getMessage().contains("at line 7, column 16"), e.getMessage());
    }

    @Test
    @DisplayName("names the column that is missing")
    void missingColumn() {
        SqlException e = assertThrows(SqlException.class, () -> {
            add(TABLES + "INSERT INTO sink SELECT m FROM source;");
            runner.explain();
        });
        assertTrue(e.getMessage().contains("Column 'm' not found in any table"), e.getMessage());
        assertTrue(e.getMessage().startsWith("job.sql statement 4"), e.getMessage());
    }

    @Test
    @DisplayName("names the statement whose columns do not fit its table, among several")
    void typeMismatch() {
        add(TABLES + "INSERT INTO other SELECT n FROM source;\nINSERT INTO sink SELECT 'one' FROM source;");
        for (Executable planning : List.<Executable>of(runner::explain, runner::execute)) {
            SqlException e = assertThrows(SqlException.class, planning);
            assertTrue(e.getMessage().startsWith("job.sql statement 5 (line 5, column 1): Column types of query"), e.getMessage());
            assertTrue(e.getMessage().contains("Incompatible types for sink column 'n'"), e.getMessage());
        }
    }

    @Test
    @DisplayName("names the statement that reads a table that is not there")
    void missingTable() {
        SqlException e = assertThrows(SqlException.class, () -> {
            add(TABLES + "INSERT INTO sink SELECT n FROM sourse;");
            runner.explain();
        });
        assertTrue(e.getMessage().startsWith("job.sql statement 4"), e.getMessage());
        assertTrue(e.getMessage().contains("Object 'sourse' not found"), e.getMessage());
    }

    @Test
    @DisplayName("refuses a query whose result nobody would see")
    void query() {
        SqlException e = assertThrows(SqlException.class, () -> add("SELECT 1"));
        assertTrue(e.getMessage().startsWith("job.sql statement 1 (line 1, column 1): only SET"), e.getMessage());
    }

    @Test
    @DisplayName("refuses a SET without quotes")
    void unquotedSetting() {
        SqlException e = assertThrows(SqlException.class, () -> add("SET a = b"));
        assertTrue(e.getMessage().endsWith("SET needs the form SET 'key' = 'value'"), e.getMessage());
    }

    @Test
    @DisplayName("refuses scripts without an INSERT")
    void nothingToRun() {
        add(TABLES);
        assertThrows(SqlException.class, runner::execute);
    }

    @Test
    @DisplayName("needs both arguments")
    void arguments() {
        assertEquals("b", SqlRunner.required(new String[] {"--tables", "a", "--sql", "b"}, "--sql"));
        assertThrows(IllegalArgumentException.class, () -> SqlRunner.required(new String[] {"--tables", "a"}, "--sql"));
    }
}
