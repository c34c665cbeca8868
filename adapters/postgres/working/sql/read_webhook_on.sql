-- So far the ledger was read, by whoever has the lease; not if it is to be read again from before.
update working.webhook_endpoints
set position = $4
where id = $1 and leased_by = $2 and position = $3
returning id
