"""The outside: databases, providers, mail, keys. One library per folder."""
