package dev.sluice.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ScriptSplitterTest {
    private static List<String> texts(String script) {
        return ScriptSplitter.split("job.sql", script).stream().map(s -> s.text).collect(Collectors.toList());
    }

    @Test
    @DisplayName("ends a statement at a semicolon, and the last one at the end of the script")
    void plain() {
        assertEquals(List.of("INSERT INTO a SELECT 1", "INSERT INTO b SELECT 2"), texts("INSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2"));
    }

    @Test
    @DisplayName("keeps a semicolon inside a literal, also where a quote is doubled")
    void literals() {
        assertEquals(List.of("SELECT 'a;''b;' , ''", "SELECT 2"), texts("SELECT 'a;''b;' , '';SELECT 2;"));
    }

    @Test
    @DisplayName("keeps a semicolon and a comment mark inside a quoted identifier")
    void identifiers() {
        assertEquals(List.of("SELECT `a;``--` FROM t", "SELECT 2"), texts("SELECT `a;``--` FROM t; SELECT 2"));
    }

    @Test
    @DisplayName("takes a quote or a semicolon in a comment for nothing")
    void comments() {
        assertEquals(
                List.of("SELECT 1 -- it's; one\n + 1", "SELECT /* ' ; */ 2"),
                texts("SELECT 1 -- it's; one\n + 1; SELECT /* ' ; */ 2;"));
    }

    @Test
    @DisplayName("takes a comment mark in a literal for text")
    void commentMarksInLiterals() {
        assertEquals(List.of("SELECT '--', '/*'", "SELECT 2"), texts("SELECT '--', '/*'; SELECT 2"));
    }

    @Test
    @DisplayName("drops empty statements and those of comments only")
    void empty() {
        assertEquals(List.of("SELECT 1"), texts(";; -- nothing\n ; /* nothing */ ; SELECT 1; -- the end"));
        assertEquals(List.of(), texts(""));
    }

    @Test
    @DisplayName("keeps a statement set whole, with a CASE inside")
    void statementSet() {
        assertEquals(
                List.of("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE x WHEN 1 THEN 2 END; INSERT INTO b SELECT 2; END", "SELECT 3"),
                texts("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE x WHEN 1 THEN 2 END; INSERT INTO b SELECT 2; END; SELECT 3"));
    }

    @Test
    @DisplayName("tells the number, line and column of each statement")
    void places() {
        List<Statement> statements = ScriptSplitter.split("job.sql", "-- one\nSET 'a' = 'b';\n\n  INSERT INTO t SELECT 1;");
        assertEquals("job.sql statement 1 (line 2, column 1)", statements.get(0).place());
        assertEquals("job.sql statement 2 (line 4, column 3)", statements.get(1).place());
    }

    @Test
    @DisplayName("refuses a quote that is not closed, naming the statement and where it opened")
    void unclosedQuote() {
        SqlException e = assertThrows(SqlException.class, () -> texts("SELECT 1;\nSELECT 'a; SELECT 3"));
        assertEquals("job.sql statement 2: the quote ' opened at line 2, column 8 is not closed", e.getMessage());
    }

    @Test
    @DisplayName("refuses a comment that is not closed")
    void unclosedComment() {
        SqlException e = assertThrows(SqlException.class, () -> texts("/* SELECT 1;"));
        assertEquals("job.sql statement 1: the comment /* opened at line 1, column 1 is not closed", e.getMessage());
    }
}
