-- One committer at a time, until the end of the transaction. 0x5354 is "ST".
select pg_advisory_xact_lock(21332, 1)
