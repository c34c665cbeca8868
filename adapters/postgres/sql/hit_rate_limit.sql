-- One counter per key and window; the windows of this key that are over are dropped on the way.
with over as (
    delete from working.rate_limits
    where key_hash = $1 and began_at < now() - 2 * $2 * interval '1 second'
)
insert into working.rate_limits (key_hash, began_at, hits)
values ($1, date_bin($2 * interval '1 second', now(), 'epoch'), 1)
on conflict (key_hash, began_at) do update set hits = rate_limits.hits + 1
returning hits
