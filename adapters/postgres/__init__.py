"""Everything that speaks SQL. One statement per file, in the folder `sql/` of its room."""
