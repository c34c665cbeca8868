select name from ledger.migrations order by name
