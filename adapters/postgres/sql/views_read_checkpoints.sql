-- Who holds an owner's session lock moves its projections.
select
    checkpoints.name, checkpoints.version, checkpoints.position,
    greatest(head.last_position - checkpoints.position, 0) as lag,
    coalesce(owners.epoch, 0) as epoch,
    checkpoints.owner,
    (
        select min(pid)
        from pg_locks
        where locktype = 'advisory' and granted and objsubid = 1
            and database = (select oid from pg_database where datname = current_database())
            and (classid::bigint << 32 | objid::bigint)
                = hashtextextended('stampledger views ' || checkpoints.owner, 0)
    ) as session,
    owners.seen_at
from views.checkpoints
left join views.owners on owners.name = checkpoints.owner
cross join (select coalesce(max(last_position), 0) as last_position from ledger.commits) as head
order by checkpoints.name
