insert into ledger.seat_totals (position, quota, capacity, held, sold)
select %b::bigint, * from unnest(%b::uuid[], %b::bigint[], %b::bigint[], %b::bigint[])
