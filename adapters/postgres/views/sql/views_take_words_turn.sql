-- One process at a time writes what orders are found by; the lock ends with its transaction.
select pg_try_advisory_xact_lock(hashtextextended('stampledger order words', 0))
