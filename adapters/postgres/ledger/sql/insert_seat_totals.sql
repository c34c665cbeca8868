insert into ledger.seat_totals (position, quota, capacity, held, sold)
select $1::bigint, * from unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])
