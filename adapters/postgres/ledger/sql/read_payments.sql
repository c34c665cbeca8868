select payment, holder from ledger.payments where payment = any($1::uuid[])
