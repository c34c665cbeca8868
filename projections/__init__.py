"""What readers see, worked out from the ledger alone. No database, no clock, no network."""
