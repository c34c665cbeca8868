-- Tried again at once, with what waits first.
with tried as (
    update working.webhook_deliveries set next_at = $2 where endpoint = $1 and dead_at is null
)
update working.webhook_endpoints
set disabled_at = null, disabled_why = '', failures = 0, failing_since = null, next_at = null
where id = $1
