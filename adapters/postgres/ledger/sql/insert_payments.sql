insert into ledger.payments (position, payment, holder)
select $1::bigint, * from unnest($2::uuid[], $3::uuid[])
