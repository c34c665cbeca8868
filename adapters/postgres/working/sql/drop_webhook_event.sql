delete from working.webhook_deliveries where endpoint = $1 and position = $2
