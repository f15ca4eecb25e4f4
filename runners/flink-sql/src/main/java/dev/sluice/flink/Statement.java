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

    /** The text where it stands in its script, after as many lines and columns, so that the planner's own places are the script's. */
    String textInPlace() {
        return "\n".repeat(line - 1) + " ".repeat(column - 1) + text;
    }

    /** Where this statement stands, as errors name it: {@code job.sql statement 2 (line 4, column 1)}. */
    String place() {
        return script + " statement " + number + " (line " + line + ", column " + column + ")";
    }
}
