package dev.sluice.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryLoginTest {
    private static final String TABLE =
            "CREATE TABLE t (id STRING) WITH ('avro-confluent.basic-auth.user-info' = '<registry-login>')";

    @TempDir Path login;

    @Test
    void putsUserAndPasswordInWhateverTheyHold() throws IOException {
        Files.writeString(login.resolve("username"), "fraud\n");
        Files.writeString(login.resolve("password"), "o'$1 \\");
        assertEquals(
                "CREATE TABLE t (id STRING) WITH ('avro-confluent.basic-auth.credentials-source' = 'USER_INFO', "
                        + "'avro-confluent.basic-auth.user-info' = 'fraud:o''$1 \\')",
                RegistryLogin.insert(TABLE, login));
    }

    @Test
    void prefersATokenAndKnowsTablesWithKeys() throws IOException {
        Files.writeString(login.resolve("token"), "t-1");
        String script = TABLE.replace("'avro-confluent", "'value.avro-confluent");
        assertEquals(
                "CREATE TABLE t (id STRING) WITH ('value.avro-confluent.bearer-auth.credentials-source' = 'STATIC_TOKEN', "
                        + "'value.avro-confluent.bearer-auth.token' = 't-1')",
                RegistryLogin.insert(script, login));
    }

    @Test
    void leavesOtherTextAlone() throws IOException {
        Files.writeString(login.resolve("token"), "t-1");
        assertEquals("SELECT '<registry-login>'", RegistryLogin.insert("SELECT '<registry-login>'", login));
    }

    @Test
    void namesTheKeyThatTheSecretLacks() throws IOException {
        Files.writeString(login.resolve("username"), "fraud");
        SqlException thrown = assertThrows(SqlException.class, () -> RegistryLogin.insert(TABLE, login));
        assertTrue(thrown.getMessage().contains("no key \"password\""), thrown.getMessage());
        assertTrue(thrown.getMessage().startsWith("tables.sql: "), thrown.getMessage());
    }
}
