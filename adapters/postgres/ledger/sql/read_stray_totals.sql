-- Running totals are kept at the ends of commits, nowhere else.
select position, quota, capacity, held, sold
from ledger.seat_totals
where not exists (select from ledger.commits where last_position = seat_totals.position)
order by position, quota
