-- The event cannot be written just now, through no fault of the endpoint.
update working.webhook_deliveries
set tries = tries + 1, outcome = $3, next_at = coalesce($4::timestamptz, next_at),
    dead_at = case when $4::timestamptz is null then $5::timestamptz end
where endpoint = $1 and position = $2
