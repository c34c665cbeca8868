-- Messages of before a time that no stamp cites, and that can be opened still. One walk over the ledger.
with cited as materialized (
    select distinct (regexp_match(encode(state, 'escape'), '"evidence":"([0-9a-f]{64})"'))[1] as hash
    from ledger.stamps
    where correlation_id is not null
)
select inbox.id
from ledger.inbox
join keys.data_keys on data_keys.subject = inbox.id
left join working.inbox_marks as marks on marks.inbox_id = inbox.id
where inbox.received_at <= $1
  and coalesce(marks.state, 'done') <> 'waiting'
  and not exists (select from cited where cited.hash = inbox.evidence_hash)
order by inbox.received_at, inbox.id
limit $2
