-- A page of the orders of some shops, newest first, after the last one of the page before.
select
    stream, number, payment_reference, shop, status, flags, currency, total, received,
    refund_pending, refunded, disputed, charged_back, version, placed_at, language, email_index,
    products, position
from unnest($1::text[]) as wanted (name)
cross join lateral (
    select * from views.order_pages
    where shop = wanted.name
        and (placed_at, stream) < ($2::timestamptz, $3::uuid)
        and placed_at >= $4::timestamptz
        and products @> $5::text[]
        and flags @> $6::text[]
    order by placed_at desc, stream desc
    limit $7
) as found
order by placed_at desc, stream desc
limit $7
