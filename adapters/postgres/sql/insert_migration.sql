insert into ledger.migrations (name) values (%b)
