select stream, kind, correlation_id, try_number, provider, requested_at
from views.open_intents
where requested_at <= $1
order by requested_at
limit $2
