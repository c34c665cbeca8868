select
    checkpoints.name, checkpoints.version, checkpoints.position,
    greatest(head.last_position - checkpoints.position, 0) as lag,
    coalesce(owners.epoch, 0) as epoch
from views.checkpoints
left join views.owners on owners.name = checkpoints.owner
cross join (select coalesce(max(last_position), 0) as last_position from ledger.commits) as head
order by checkpoints.name
