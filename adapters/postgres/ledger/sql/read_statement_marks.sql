select key, mark from ledger.statement_marks where key = any ($1::text[])
