select asked.quota, newest.capacity, newest.held, newest.sold
from unnest($1::uuid[]) as asked (quota)
cross join lateral (
    select capacity, held, sold from ledger.seat_totals
    where seat_totals.quota = asked.quota
    order by position desc
    limit 1
) as newest
