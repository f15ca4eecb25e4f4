package dev.sluice.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the login to the schema registry into the table options of a script, where the operator wrote {@code
 * 'avro-confluent.basic-auth.user-info' = '<registry-login>'}: what is in a ConfigMap holds no credential. The directory
 * has the files {@code username} and {@code password}, or {@code token}.
 */
final class RegistryLogin {
    private static final Pattern PLACE =
            Pattern.compile("'((?:value\\.)?avro-confluent)\\.basic-auth\\.user-info' = '<registry-login>'");

    private RegistryLogin() {}

    /** @throws SqlException when the directory lacks a file */
    static String insert(String script, Path directory) {
        // Quoted, since a password may hold what a replacement would take for a group.
        return PLACE.matcher(script).replaceAll(found -> Matcher.quoteReplacement(options(found.group(1), directory)));
    }

    private static String options(String prefix, Path directory) {
        Path token = directory.resolve("token");
        if (Files.exists(token)) {
            return option(prefix, "bearer-auth.credentials-source", "STATIC_TOKEN")
                    + ", "
                    + option(prefix, "bearer-auth.token", read(token));
        }
        String login = read(directory.resolve("username")) + ":" + read(directory.resolve("password"));
        return option(prefix, "basic-auth.credentials-source", "USER_INFO")
                + ", "
                + option(prefix, "basic-auth.user-info", login);
    }

    private static String option(String prefix, String name, String value) {
        return "'" + prefix + "." + name + "' = '" + value.replace("'", "''") + "'";
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).trim();
        } catch (IOException e) {
            throw new SqlException(
                    "tables.sql: the Secret that spec.access.registrySecretRef names has no key \"" + file.getFileName()
                            + "\": it needs username and password, or token");
        }
    }
}
