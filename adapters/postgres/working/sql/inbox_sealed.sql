select sealed, key_id, received_at, provider, door, verdict, provider_event_id, evidence_hash
from ledger.inbox
where id = $1
