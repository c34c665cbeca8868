-- One counter per key and window. Windows that are over, whoever's they are, are dropped on the way,
-- a few at a time; those that somebody else is dropping just now are left to them.
with over as (
    delete from working.rate_limits
    where ctid in (
        select ctid from working.rate_limits
        where ends_at < now()
        order by ends_at
        limit 100
        for update skip locked
    )
)
insert into working.rate_limits (key_hash, began_at, ends_at, hits)
select $1, began_at, began_at + $2 * interval '1 second', 1
from date_bin($2 * interval '1 second', now(), 'epoch') as began_at
on conflict (key_hash, began_at) do update set hits = rate_limits.hits + 1
returning hits, ceil(extract(epoch from began_at + $2 * interval '1 second' - now()))::int
