-- Running totals as of a position; the newest row of a quota counts.
select distinct on (quota) quota, capacity, held, sold
from ledger.seat_totals
where position <= $1
order by quota, position desc
