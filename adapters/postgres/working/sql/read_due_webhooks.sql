-- The first event of each order that waits, if its time has come.
select endpoint, position, stream, tries, next_at, dead_at, outcome
from working.webhook_deliveries as d
where endpoint = $1 and dead_at is null and next_at <= $2
    and not exists (
        select from working.webhook_deliveries as earlier
        where earlier.endpoint = d.endpoint and earlier.stream = d.stream
            and earlier.position < d.position and earlier.dead_at is null
    )
order by position
limit $3
