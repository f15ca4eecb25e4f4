package dev.sluice.flink;

/** One statement of a script: its text without the closing semicolon, its number from 1, and where it starts. */
final class Statement {
    final String script;
    final int number;
    final int line;
    final int column;
    final String text;

    Statement(String script, int number, int line, int column, String text) {
        this.script = script;
        this.number = number;
        this.line = line;
        this.column = column;
        this.text = text;
    }

    /** Where this statement stands, as errors name it: {@code job.sql statement 2 (line 4, column 1)}. */
    String place() {
        return script + " statement " + number + " (line " + line + ", column " + column + ")";
    }
}
