update working.webhook_endpoints set sealed = $2, former_until = $3 where id = $1
