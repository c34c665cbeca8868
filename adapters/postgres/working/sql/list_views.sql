-- One's own, and those of these shops, the oldest first.
select id, owner, shop, sealed, made_at from working.saved_views
where owner = $1 or shop = any($2::text[])
order by made_at, id
