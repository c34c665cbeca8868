"""A mail server for trying things out: it keeps every letter on this machine and shows it."""
