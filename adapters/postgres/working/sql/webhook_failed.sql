with tried as (
    update working.webhook_deliveries
    set tries = tries + 1, outcome = $4, next_at = coalesce($5::timestamptz, next_at),
        dead_at = case when $5::timestamptz is null then $6::timestamptz end
    where endpoint = $1 and position = $3
)
update working.webhook_endpoints
set failures = failures + 1, failing_since = coalesce(failing_since, $6), next_at = $7
where id = $1 and leased_by = $2
