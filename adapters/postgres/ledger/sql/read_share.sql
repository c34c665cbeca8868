-- For one of several auditors: the rows of those streams that fall to it.
select
    position, stream, version, type, recorded_at,
    correlation_id, occurrence, binding, numbers, state, leaf
from ledger.stamps
where position > $1 and position <= $2 and get_byte(uuid_send(stream), 15) % $3::int = $4
order by position
