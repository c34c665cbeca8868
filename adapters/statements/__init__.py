"""Files that banks write and read: statements in camt.053 and MT940, transfers in pain.001."""
