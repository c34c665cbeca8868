select
    position, stream, version, type, recorded_at,
    correlation_id, occurrence, binding, numbers, state, leaf
from ledger.stamps
where stream = %b and version > %b and version <= %b
order by version
limit %b
