-- The ledger is read again from there for this endpoint.
update working.webhook_endpoints set position = least(position, $2) where id = $1
