-- What we fetch ourselves is named after what it says, so the same state is kept once.
select id from ledger.inbox
where provider = $1 and provider_event_id = $2 and evidence_hash = $3
order by received_at, id
limit 1
