-- Whoever was ever added, by their first stamp. Served by a partial index.
select stream from ledger.stamps where type = 'STAFF_ADDED' order by position
