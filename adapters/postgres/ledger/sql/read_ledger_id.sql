select id from ledger.identity
