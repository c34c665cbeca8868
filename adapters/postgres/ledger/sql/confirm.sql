-- Raises unless the ledger ends at this size and root, and the streams at these versions.
select ledger.confirm($1, $2, $3, $4)
