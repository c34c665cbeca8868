-- Streams by the position of their first stamp.
select stream, position
from ledger.stamps
where version = 1 and position > $1 and position <= $2
order by position
limit $3
