insert into ledger.commits (first_position, last_position, recorded_at, frontier, root)
values ($1, $2, $3, $4, $5)
