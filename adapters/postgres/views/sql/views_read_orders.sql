-- A page of a shop's orders, newest first, after the last one of the page before.
select
    stream, number, payment_reference, shop, status, flags, currency, total, received,
    refund_pending, refunded, disputed, charged_back, version, placed_at, language, email_index, products,
    position
from views.order_pages
where shop = $1
    and ($2::text is null or status = $2)
    and ($3::text is null or $3 = any(products))
    and ($4::text is null or payment_reference = $4 or number::text = $4 or email_index = $4
        or stream::text = $4)
    and ($5::bigint is null or number < $5)
order by number desc
limit $6
