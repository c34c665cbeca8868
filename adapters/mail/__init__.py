"""Outgoing mail: what became of a letter at the mail server, and the letters themselves."""
