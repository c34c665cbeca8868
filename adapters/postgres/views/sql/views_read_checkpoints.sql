-- Who holds an owner's session lock moves its projections; its newest step tells how far they are.
with moved as materialized (
    select
        owners.name, owners.epoch, newest.position, newest.seen_at,
        (
            select min(pid)
            from pg_locks
            where locktype = 'advisory' and granted and objsubid = 1
                and database = (select oid from pg_database where datname = current_database())
                and (classid::bigint << 32 | objid::bigint)
                    = hashtextextended('stampledger views ' || owners.name, 0)
        ) as session
    from views.owners
    left join lateral (
        select position, seen_at from views.steps
        where steps.owner = owners.name
        order by number desc
        limit 1
    ) as newest on true
)
select
    checkpoints.name, checkpoints.version, coalesce(moved.position, 0) as position,
    greatest(head.last_position - coalesce(moved.position, 0), 0) as lag,
    coalesce(moved.epoch, 0) as epoch,
    checkpoints.owner, moved.session, moved.seen_at,
    (
        select recorded_at from ledger.stamps where stamps.position = coalesce(moved.position, 0) + 1
    ) as behind_since
from views.checkpoints
left join moved on moved.name = checkpoints.owner
cross join (select coalesce(max(last_position), 0) as last_position from ledger.commits) as head
order by checkpoints.name
