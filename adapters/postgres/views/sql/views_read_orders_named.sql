-- Orders of some shops by number, payment reference, identifier, or what a provider calls their
-- money: each way has its own index.
select
    stream, number, payment_reference, shop, status, flags, currency, total, received,
    refund_pending, refunded, disputed, charged_back, version, placed_at, language, email_index,
    products, position
from views.order_pages
where shop = any($1::text[])
    and stream in (
        select named.stream from views.order_pages as named where named.number = $2::bigint
        union all
        select named.stream from views.order_pages as named where named.payment_reference = $3::text
        union all
        select references_.stream from views.provider_references as references_
        where references_.reference = $4::text
        union all
        select $5::uuid
    )
order by placed_at desc, stream desc
limit $6
