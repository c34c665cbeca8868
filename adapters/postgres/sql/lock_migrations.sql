-- One migration at a time, until the connection ends.
select pg_advisory_lock(21332, 2)
