"""Everything that speaks SQL. One statement per file, in `sql/`."""
