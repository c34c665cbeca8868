select quota, sum(capacity)::bigint, sum(held)::bigint, sum(sold)::bigint
from views.seats
where quota = any($1::uuid[])
group by quota
