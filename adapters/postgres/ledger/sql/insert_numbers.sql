insert into ledger.numbers (position, series, number)
select $1::bigint, * from unnest($2::text[], $3::bigint[])
