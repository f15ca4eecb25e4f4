package dev.sluice.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminationMessageTest {
    @TempDir Path directory;

    @Test
    @DisplayName("leaves the last words, as much of them as the kubelet keeps")
    void written() throws IOException {
        Path file = Files.writeString(directory.resolve("termination-log"), "older and longer words");
        TerminationMessage.write(file, "job.sql statement 1");
        assertEquals("job.sql statement 1", Files.readString(file));
        TerminationMessage.write(file, "x".repeat(5000));
        assertEquals(4096, Files.size(file));
    }

    @Test
    @DisplayName("makes no file where none was put")
    void outsideAContainer() throws IOException {
        Path file = directory.resolve("termination-log");
        TerminationMessage.write(file, "x");
        assertFalse(Files.exists(file));
    }
}
