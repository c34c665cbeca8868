"""Bank statements: which transfer pays which order, each counted once."""
