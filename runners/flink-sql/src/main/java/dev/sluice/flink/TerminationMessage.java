package dev.sluice.flink;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** The last words of a container, which Kubernetes keeps in the pod's status when the container ends. */
final class TerminationMessage {
    /** The default of a container's terminationMessagePath; the kubelet puts the file there. */
    static final Path DEFAULT_PATH = Path.of("/dev/termination-log");

    /** What the kubelet keeps of it. */
    private static final int MAX_BYTES = 4096;

    private TerminationMessage() {}

    /** Does nothing outside a container, where there is no such file. */
    static void write(Path path, String message) throws IOException {
        if (Files.isWritable(path)) {
            byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
            Files.write(path, Arrays.copyOf(bytes, Math.min(bytes.length, MAX_BYTES)), StandardOpenOption.TRUNCATE_EXISTING);
        }
    }
}
