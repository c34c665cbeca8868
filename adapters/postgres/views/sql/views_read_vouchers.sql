-- The vouchers of a shop, the newest first, from a place on.
select stream, shop, issued_at, uses, taken, kept, valid_until, over_at, revoked
from views.vouchers
where shop = $1 and (issued_at, stream) < ($2::timestamptz, $3::uuid)
order by issued_at desc, stream desc
limit $4
