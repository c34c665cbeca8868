select
    position, stream, version, type, recorded_at,
    correlation_id, occurrence, binding, numbers, state, leaf
from ledger.stamps
where correlation_id = $1 and type = $2 and occurrence = $3
