-- Vouchers whose time is over, and for which seats are kept all the same.
select stream
from views.vouchers
where over_at <= $1
order by over_at, stream
limit $2 offset $3
