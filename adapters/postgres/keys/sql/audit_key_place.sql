-- Where a stream begins, whose key this is.
select min(position) from ledger.stamps where stream = $1
