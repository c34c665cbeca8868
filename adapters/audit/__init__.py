"""How the auditor reads a ledger as it is stored, in one process or in several."""
