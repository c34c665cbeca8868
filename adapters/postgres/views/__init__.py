"""The tables that projections are written to and read from; all of it can be derived again."""
