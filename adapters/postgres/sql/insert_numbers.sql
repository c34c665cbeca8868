insert into ledger.numbers (position, series, number)
select %b::bigint, * from unnest(%b::text[], %b::bigint[])
