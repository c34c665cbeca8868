select pg_advisory_xact_lock(hashtextextended('stampledger order words', 0))
