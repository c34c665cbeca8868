-- Messages, keys and marks in one statement: all of them or none. Trying again after a lost
-- connection is harmless, because the ids are the caller's.
with given as (
    select * from unnest(
        $1::uuid[], $2::uuid[], $3::bytea[], $4::timestamptz[], $5::text[], $6::text[],
        $7::text[], $8::text[], $9::text[], $10::bytea[], $11::text[], $12::text[], $13::text[]
    ) as one (key_id, id, wrapped, received_at, provider, door, verdict, provider_event_id,
              evidence_hash, sealed, wrapped_digest, sealed_digest, state)
), key as (
    insert into keys.data_keys (key_id, subject, wrapped)
    select key_id, id, ledger.arrived(wrapped, wrapped_digest) from given
    on conflict (key_id) do nothing
), message as (
    insert into ledger.inbox (id, received_at, provider, door, verdict, provider_event_id,
                              evidence_hash, key_id, sealed)
    select id, received_at, provider, door, verdict, provider_event_id, evidence_hash, key_id,
           ledger.arrived(sealed, sealed_digest)
    from given
    on conflict (id) do nothing
)
insert into working.inbox_marks (inbox_id, state, done_at)
select id, state, case when state = 'done' then now() end from given
on conflict (inbox_id) do nothing
