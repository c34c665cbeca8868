select id, kind, subject, how, device, opened_at, last_used_at, ends_at
from working.sessions
where kind = $1 and subject = $2 and ends_at > $3
order by last_used_at desc, opened_at desc, id
limit 100
