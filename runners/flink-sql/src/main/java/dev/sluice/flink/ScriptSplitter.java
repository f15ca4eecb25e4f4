package dev.sluice.flink;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a script into statements at the semicolons that end them. Knows Flink SQL's lexical rules: 'literals' and
 * `identifiers` where a doubled quote stands for one, -- comments to the end of the line, /* comments *\/ that do not
 * nest, and EXECUTE STATEMENT SET BEGIN ... END, whose inner semicolons do not end the statement. Comments before a
 * statement are dropped; hints (/*+ ... *\/) and comments inside are the parser's.
 */
final class ScriptSplitter {
    private final String script;
    private final String text;
    private final List<Statement> statements = new ArrayList<>();
    private int start = -1;
    private int blockDepth = 0;

    private ScriptSplitter(String script, String text) {
        this.script = script;
        this.text = text;
    }

    /**
     * @param script the script's name, for errors
     * @throws SqlException when a quote or a comment is not closed
     */
    static List<Statement> split(String script, String text) {
        return new ScriptSplitter(script, text).run();
    }

    private List<Statement> run() {
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\'' || c == '`' || c == '"') {
                begin(at);
                at = endOfQuote(at, c);
            } else if (text.startsWith("--", at)) {
                int newline = text.indexOf('\n', at);
                at = newline < 0 ? text.length() : newline;
            } else if (text.startsWith("/*", at)) {
                at = endOfComment(at);
            } else if (c == ';' && blockDepth == 0) {
                end(at);
                at++;
            } else if (Character.isLetter(c) || c == '_') {
                begin(at);
                at = endOfWord(at);
            } else {
                if (!Character.isWhitespace(c) && c != ';') {
                    begin(at);
                }
                at++;
            }
        }
        end(text.length());
        return statements;
    }

    private void begin(int at) {
        if (start < 0) {
            start = at;
        }
    }

    private void end(int at) {
        if (start >= 0) {
            int line = lineOf(start);
            statements.add(
                    new Statement(
                            script,
                            statements.size() + 1,
                            line,
                            columnOf(start),
                            text.substring(start, at).trim()));
        }
        start = -1;
        blockDepth = 0;
    }

    /** BEGIN opens a block only in EXECUTE STATEMENT SET; END closes it. A CASE inside has an END of its own. */
    private int endOfWord(int at) {
        int end = at;
        while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
            end++;
        }
        String word = text.substring(at, end).toUpperCase(java.util.Locale.ROOT);
        boolean opens = word.equals("BEGIN") && blockDepth == 0 && isStatementSet(at);
        if (opens || (word.equals("CASE") && blockDepth > 0)) {
            blockDepth++;
        } else if (word.equals("END") && blockDepth > 0) {
            blockDepth--;
        }
        return end;
    }

    private boolean isStatementSet(int begin) {
        return text.substring(start, begin).trim().toUpperCase(java.util.Locale.ROOT).matches("(EXECUTE\\s+)?STATEMENT\\s+SET|");
    }

    private int endOfQuote(int at, char quote) {
        int close = text.indexOf(quote, at + 1);
        while (close >= 0 && close + 1 < text.length() && text.charAt(close + 1) == quote) {
            close = text.indexOf(quote, close + 2);
        }
        if (close < 0) {
            throw unclosed(at, "quote " + quote);
        }
        return close + 1;
    }

    private int endOfComment(int at) {
        int close = text.indexOf("*/", at + 2);
        if (close < 0) {
            throw unclosed(at, "comment /*");
        }
        return close + 2;
    }

    private SqlException unclosed(int at, String what) {
        int number = statements.size() + 1;
        return new SqlException(
                script + " statement " + number + ": the " + what + " opened at line " + lineOf(at) + ", column "
                        + columnOf(at) + " is not closed");
    }

    private int lineOf(int at) {
        return 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
    }

    private int columnOf(int at) {
        return at - text.lastIndexOf('\n', at - 1);
    }
}
