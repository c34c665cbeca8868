-- Whoever looks is seen from now on; who else was seen since a time comes back.
with gone as (
    delete from working.presence where seen_at < $4::timestamptz - interval '1 hour'
),
seen as (
    insert into working.presence (thing, actor, seen_at) values ($1, $2, $3)
    on conflict (thing, actor) do update set seen_at = greatest(presence.seen_at, $3)
)
select actor, seen_at from working.presence
where thing = $1 and actor <> $2 and seen_at >= $4::timestamptz
order by seen_at desc, actor
