"""Runs the SQL of a StreamJob on Spark: tables derived by the operator, statements written by the user."""
