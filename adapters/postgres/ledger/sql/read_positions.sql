select
    position, stream, version, type, recorded_at,
    correlation_id, occurrence, binding, numbers, state, leaf
from ledger.stamps
where position > $1
order by position
limit $2
