package dev.sluice.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * The entry point of a Flink SQL job: {@code --tables FILE --sql FILE [--registry-login DIRECTORY]}. The first script holds
 * the settings and tables that the operator derived, the second what the user wrote; the directory holds what tables log in
 * to the schema registry with. The job runs when both scripts are read without an error.
 */
public final class SqlRunner {
    private SqlRunner() {}

    public static void main(String[] args) throws IOException {
        Path tables = Path.of(required(args, "--tables"));
        Path sql = Path.of(required(args, "--sql"));
        String registryLogin = argument(args, "--registry-login");
        StreamTableEnvironment environment =
                StreamTableEnvironment.create(StreamExecutionEnvironment.getExecutionEnvironment());
        ScriptRunner runner = new ScriptRunner(environment);
        try {
            String script = Files.readString(tables);
            String derived = registryLogin == null ? script : RegistryLogin.insert(script, Path.of(registryLogin));
            runner.add(ScriptSplitter.split(tables.getFileName().toString(), derived));
            runner.add(ScriptSplitter.split(sql.getFileName().toString(), Files.readString(sql)));
            runner.execute();
        } catch (SqlException e) {
            TerminationMessage.write(TerminationMessage.DEFAULT_PATH, e.getMessage());
            throw e;
        }
    }

    static String required(String[] args, String name) {
        String value = argument(args, name);
        if (value == null) {
            throw new IllegalArgumentException("usage: --tables FILE --sql FILE [--registry-login DIRECTORY] (" + name + " is missing)");
        }
        return value;
    }

    /** Null when it is not there. */
    private static String argument(String[] args, String name) {
        for (int i = 0; i + 1 < args.length; i += 2) {
            if (args[i].equals(name)) {
                return args[i + 1];
            }
        }
        return null;
    }
}
