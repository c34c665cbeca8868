insert into ledger.commits (first_position, last_position, recorded_at, frontier, root)
values (%b, %b, %b, %b, %b)
