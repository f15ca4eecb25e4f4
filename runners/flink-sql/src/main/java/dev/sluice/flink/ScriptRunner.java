package dev.sluice.flink;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;

/** Runs scripts in a table environment: settings and definitions at once, all INSERTs together as one job at the end. */
final class ScriptRunner {
    private final TableEnvironment environment;
    private final StatementSet inserts;
    private final List<Statement> insertStatements = new ArrayList<>();

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
                environment.executeSql(statement.textInPlace());
                break;
            case INSERT:
                inserts.addInsertSql(statement.textInPlace());
                insertStatements.add(statement);
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

    /**
     * The plan of the job, without running it.
     *
     * @throws SqlException naming the INSERT that cannot be planned
     */
    String explain() {
        requireInserts();
        try {
            return inserts.explain();
        } catch (RuntimeException e) {
            throw blamed(e);
        }
    }

    /**
     * Submits the job and returns when it is submitted, not when it ends.
     *
     * @throws SqlException naming the INSERT that cannot be planned
     */
    void execute() {
        requireInserts();
        try {
            inserts.execute();
        } catch (RuntimeException e) {
            throw blamed(e);
        }
    }

    private void requireInserts() {
        if (insertStatements.isEmpty()) {
            throw new SqlException("job.sql: the script has no INSERT INTO: there is no job to run");
        }
    }

    /** All INSERTs are planned together, so an error does not say whose it is: the first that fails alone is to blame. */
    private RuntimeException blamed(RuntimeException together) {
        for (Statement statement : insertStatements) {
            try {
                environment.explainSql(statement.textInPlace());
            } catch (RuntimeException alone) {
                return new SqlException(statement, alone);
            }
        }
        return together;
    }

    private static String firstLine(String text) {
        String line = text.split("\n", 2)[0];
        return line.length() > 80 ? line.substring(0, 80) + "..." : line;
    }
}
