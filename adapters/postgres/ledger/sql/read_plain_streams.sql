select
    position, stream, version, type, recorded_at,
    correlation_id, numbers, state, leaf
from ledger.stamps
where stream = any($1::uuid[]) and position <= $2
order by position
