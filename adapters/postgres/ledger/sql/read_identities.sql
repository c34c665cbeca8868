select
    position, stream, version, type, recorded_at,
    correlation_id, occurrence, binding, numbers, state, leaf
from ledger.stamps
where (correlation_id, type, occurrence) in (
    select * from unnest($1::uuid[], $2::text[], $3::text[])
)
