"""Accounts: who signed in, on which browsers, and which orders are theirs."""
