package dev.sluice.flink;

/** A script that cannot be run. The message names the script, the statement's number and where it starts. */
final class SqlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SqlException(String message) {
        super(message);
    }

    SqlException(Statement statement, Throwable cause) {
        super(statement.place() + ": " + reason(cause), cause);
    }

    /**
     * The planner wraps what it found in exceptions that only say where they were thrown ("SQL validation failed."), so
     * the messages of the whole chain are joined, each once. A parser's list of what it would have taken is left out.
     */
    private static String reason(Throwable thrown) {
        StringBuilder reason = new StringBuilder();
        int depth = 0;
        for (Throwable at = thrown; at != null && depth < 8; at = at.getCause(), depth++) {
            String message = at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage().split("\\s+Was expecting")[0].trim();
            if (reason.indexOf(message) < 0) {
                reason.append(reason.length() == 0 ? "" : ": ").append(message);
            }
        }
        return reason.toString();
    }
}
