-- Remembered by whoever has the lease; the event is gone from the table, whoever has it.
with gone as (
    delete from working.webhook_deliveries where endpoint = $1 and position = $3
)
update working.webhook_endpoints
set delivered_at = $4, failures = 0, failing_since = null, next_at = null
where id = $1 and leased_by = $2
