select endpoint, position, stream, tries, next_at, dead_at, outcome
from working.webhook_deliveries
where endpoint = $1 and dead_at is not null
order by position
limit $2
