-- These orders, as lists show them.
select
    stream, number, payment_reference, shop, status, flags, currency, total, received,
    refund_pending, refunded, disputed, charged_back, version, placed_at, language, email_index,
    products, position
from views.order_pages
where stream = any($1::uuid[])
