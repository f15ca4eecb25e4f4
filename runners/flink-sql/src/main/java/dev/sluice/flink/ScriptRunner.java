package dev.sluice.flink;

import java.util.List;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;

/** Runs scripts in a table environment: settings and definitions at once, all INSERTs together as one job at the end. */
final class ScriptRunner {
    private final TableEnvironment environment;
    private final StatementSet inserts;
    private int insertCount = 0;

    ScriptRunner(TableEnvironment environment) {
        this.environment = environment;
        this.inserts = environment.createStatementSet();
    }

    /** @throws SqlException naming the first statement that cannot be carried out */
    void add(List<Statement> statements) {
        for (Statement statement : statements) {
            try {
                add(statement);
            } catch (SqlException e) {
                throw e;
            } catch (Exception e) {
                throw new SqlException(statement, e);
            }
        }
    }

    private void add(Statement statement) {
        switch (StatementKind.of(statement)) {
            case SET:
                String[] setting = StatementKind.setting(statement);
                environment.getConfig().set(setting[0], setting[1]);
                break;
            case DEFINITION:
                environment.executeSql(statement.text);
                break;
            case INSERT:
                inserts.addInsertSql(statement.text);
                insertCount++;
                break;
            case STATEMENT_SET:
                add(ScriptSplitter.split(statement.place(), StatementKind.statementSetBody(statement)));
                break;
            default:
                throw new SqlException(
                        statement.place()
                                + ": only SET, CREATE, DROP, ALTER, USE, LOAD, UNLOAD and INSERT INTO run in a job; found: "
                                + firstLine(statement.text));
        }
    }

    /** The plan of the job, without running it. */
    String explain() {
        return requireInserts().explain();
    }

    /** Submits the job and returns when it is submitted, not when it ends. */
    void execute() {
        requireInserts().execute();
    }

    private StatementSet requireInserts() {
        if (insertCount == 0) {
            throw new SqlException("the script has no INSERT INTO: there is no job to run");
        }
        return inserts;
    }

    private static String firstLine(String text) {
        String line = text.split("\n", 2)[0];
        return line.length() > 80 ? line.substring(0, 80) + "..." : line;
    }
}
