-- Append-only: stamps, commits, seat totals, numbers, sealed evidence, and what was migrated.
create schema if not exists ledger
