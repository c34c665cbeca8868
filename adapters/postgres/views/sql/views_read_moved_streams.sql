select distinct stream from ledger.stamps where position > $1 and position <= $2
