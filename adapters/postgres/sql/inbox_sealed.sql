select sealed from ledger.inbox where id = $1
