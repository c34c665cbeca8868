-- For the auditor: every message with all that stands beside it, page by page.
select id, sealed, key_id, received_at, provider, door, verdict, provider_event_id, evidence_hash
from ledger.inbox
where id > $1
order by id
limit $2
