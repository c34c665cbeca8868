insert into working.webhook_deliveries (endpoint, position, stream, next_at)
select $1, found.position, found.stream, $4
from unnest($2::bigint[], $3::uuid[]) as found (position, stream)
on conflict (endpoint, position) do update
set tries = 0, next_at = excluded.next_at, dead_at = null, outcome = ''
