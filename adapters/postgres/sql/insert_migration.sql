insert into ledger.migrations (name) values ($1)
