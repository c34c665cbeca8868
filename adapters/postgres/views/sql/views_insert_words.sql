insert into views.order_words (word, placed_at, stream, shop)
select * from unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::text[])
on conflict do nothing
