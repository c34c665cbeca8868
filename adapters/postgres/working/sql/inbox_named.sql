-- What we asked to be brought is known by its name before it comes; only the first counts.
select id, received_at, provider, door, verdict, provider_event_id, evidence_hash
from ledger.inbox
where provider = $1 and provider_event_id = $2
order by received_at, id
limit 1
