"""Payment providers, each behind the one port of `ledger.payments.provider`."""
