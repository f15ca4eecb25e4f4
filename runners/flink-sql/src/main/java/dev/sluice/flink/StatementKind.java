package dev.sluice.flink;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the runner does with a statement, told by its first words. */
enum StatementKind {
    /** SET 'key' = 'value': a setting of the session. */
    SET,
    /** CREATE, DROP, ALTER, USE, ...: executed at once. */
    DEFINITION,
    /** INSERT INTO: collected; all of a script run as one job, so they share sources and one savepoint. */
    INSERT,
    /** EXECUTE STATEMENT SET BEGIN ... END: its INSERTs join the others. */
    STATEMENT_SET,
    /** SELECT, EXPLAIN, SHOW, UPDATE, ...: nobody would see the result. */
    REFUSED;

    private static final Pattern SETTING =
            Pattern.compile("SET\\s+'((?:[^']|'')+)'\\s*=\\s*'((?:[^']|'')*)'", Pattern.CASE_INSENSITIVE);
    private static final Pattern STATEMENT_SET_BODY =
            Pattern.compile("EXECUTE\\s+STATEMENT\\s+SET\\s+BEGIN\\s(.*)\\sEND", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    static StatementKind of(Statement statement) {
        String text = statement.text.toUpperCase(Locale.ROOT);
        if (text.matches("(?s)EXECUTE\\s+STATEMENT\\s+SET\\b.*")) {
            return STATEMENT_SET;
        }
        switch (text.split("[^A-Z]", 2)[0]) {
            case "SET":
                return SET;
            case "INSERT":
                return INSERT;
            case "CREATE":
            case "DROP":
            case "ALTER":
            case "USE":
            case "LOAD":
            case "UNLOAD":
                return DEFINITION;
            default:
                return REFUSED;
        }
    }

    /** Key and value of a SET statement. */
    static String[] setting(Statement statement) {
        Matcher matcher = SETTING.matcher(statement.text);
        if (!matcher.matches()) {
            throw new SqlException(statement.place() + ": SET needs the form SET 'key' = 'value'");
        }
        return new String[] {matcher.group(1).replace("''", "'"), matcher.group(2).replace("''", "'")};
    }

    /** The script between BEGIN and END. */
    static String statementSetBody(Statement statement) {
        Matcher matcher = STATEMENT_SET_BODY.matcher(statement.text);
        if (!matcher.matches()) {
            throw new SqlException(statement.place() + ": a statement set needs the form EXECUTE STATEMENT SET BEGIN ... END");
        }
        return matcher.group(1);
    }
}
