insert into ledger.migration_hashes (name, sha256) values ($1, $2)
