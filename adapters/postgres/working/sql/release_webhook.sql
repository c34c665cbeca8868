update working.webhook_endpoints
set leased_by = null, leased_until = null
where id = $1 and leased_by = $2
