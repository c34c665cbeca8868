-- A page of the archive, after the last message of the page before.
select id, received_at, provider, door, verdict, provider_event_id, evidence_hash
from ledger.inbox
where (received_at, id) > ($1, $2)
order by received_at, id
limit $3
