-- Newest first.
select
    position, stream, version, type, recorded_at,
    correlation_id, occurrence, binding, numbers, state, leaf
from ledger.stamps
where stream = $1 and version > $2 and version <= $3
order by version desc
limit $4
