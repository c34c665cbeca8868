-- Raises SL001 with the seconds between a machine's clock and the database's, if they are too many.
-- The database's is read as the transaction begins: waiting for our turn does not count.
select ledger.check_clock($1)
