-- Message, key and mark in one statement: all of them or none. Trying again after a lost
-- connection is harmless, because the ids are the caller's.
with key as (
    insert into keys.data_keys (key_id, subject, wrapped) values ($1, $2, $3)
    on conflict (key_id) do nothing
), message as (
    insert into ledger.inbox (id, received_at, provider, door, verdict, provider_event_id,
                              evidence_hash, key_id, sealed)
    values ($2, $4, $5, $6, $7, $8, $9, $1, $10)
    on conflict (id) do nothing
)
insert into working.inbox_marks (inbox_id) values ($2)
on conflict (inbox_id) do nothing
