"""The projector: it keeps the views in step with the ledger, and compares and rebuilds them."""
