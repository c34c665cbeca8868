-- For the auditor, who walks by position.
select position, quota, capacity, held, sold
from ledger.seat_totals
where position > $1 and position <= $2
