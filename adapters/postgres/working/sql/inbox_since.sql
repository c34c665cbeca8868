-- Messages with all that stands beside them, the oldest first, after the last one of the page before.
select
    inbox.id, sealed, key_id, received_at, provider, door, verdict, provider_event_id, evidence_hash,
    coalesce(marks.state = 'waiting', false) as waits
from ledger.inbox
left join working.inbox_marks as marks on marks.inbox_id = inbox.id
where (received_at, inbox.id) > ($1, $2) and received_at <= $3
order by received_at, inbox.id
limit $4
