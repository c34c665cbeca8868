insert into ledger.statement_marks (key, mark)
select * from unnest($1::text[], $2::text[])
on conflict do nothing
