"""A report as a file: for spreadsheets, for programs, for whoever analyses it."""
