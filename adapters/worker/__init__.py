"""The daemon: it moves the projections on, and does outside what the ledger calls for."""
