delete from working.webhook_endpoints where id = $1
