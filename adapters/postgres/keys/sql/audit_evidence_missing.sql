-- Stamps that name a kept message which is not there.
select told.position, told.stream, told.hash
from (
    select position, stream,
        (regexp_match(encode(state, 'escape'), '"evidence":"([0-9a-f]{64})"'))[1] as hash
    from ledger.stamps
    where position <= $1 and correlation_id is not null
) as told
where told.hash is not null
  and not exists (select from ledger.inbox where inbox.evidence_hash = told.hash)
order by told.position
