-- Every shop there is, by the stamp that opened it. Served by a partial index.
select stream from ledger.stamps where type = 'SHOP_OPENED' order by position
