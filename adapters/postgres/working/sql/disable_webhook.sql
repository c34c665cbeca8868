update working.webhook_endpoints set disabled_at = $2, disabled_why = $3
where id = $1 and disabled_at is null
