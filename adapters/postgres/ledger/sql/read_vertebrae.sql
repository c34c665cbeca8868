-- What holds the ledger together, without what it says.
select position, stream, recorded_at, numbers, leaf
from ledger.stamps
where position > $1
order by position
limit $2
