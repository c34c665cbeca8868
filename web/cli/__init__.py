"""The `stampledger` command, one file for each group of commands."""
