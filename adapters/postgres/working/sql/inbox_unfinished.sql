select i.id, i.received_at, i.provider, i.door, i.verdict, i.provider_event_id, i.evidence_hash,
       m.attempts
from working.inbox_marks m
join ledger.inbox i on i.id = m.inbox_id
where m.state = 'waiting' and (i.door = any($2)) = $3
order by i.received_at, i.id
limit $1 offset $4
