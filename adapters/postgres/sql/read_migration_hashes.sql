select name, sha256 from ledger.migration_hashes
