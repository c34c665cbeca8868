-- True for the worker that serves the endpoint from now on.
update working.webhook_endpoints
set leased_by = $2, leased_until = $4
where id = $1 and disabled_at is null and coalesce(leased_until <= $3, true)
returning id
