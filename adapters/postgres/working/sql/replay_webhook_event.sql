-- One event again, whether it is a dead letter, waits or was delivered.
insert into working.webhook_deliveries (endpoint, position, stream, next_at)
values ($1, $2, $3, $4)
on conflict (endpoint, position) do update
set tries = 0, next_at = excluded.next_at, dead_at = null, outcome = ''
