select stream, kind, correlation_id, try_number, provider, requested_at
from views.open_intents
where requested_at <= $1 and kind = any($3) and (provider = any($4)) = $5
order by requested_at, stream, correlation_id
limit $2 offset $6
