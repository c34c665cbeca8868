-- Nobody keeps more than so many: what is beyond is not kept.
insert into working.saved_views (id, owner, shop, sealed, made_at)
select $1::uuid, $2::text, $3::text, $4::bytea, $5::timestamptz
where (select count(*) from working.saved_views where owner = $2::text) < $6
returning id
