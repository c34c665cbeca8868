select pg_try_advisory_lock(hashtextextended('stampledger views ' || $1, 0))
