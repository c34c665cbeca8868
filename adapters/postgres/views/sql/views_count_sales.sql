-- What some shops have sold since a time: orders, those of them that are paid, and what came.
select
    shop, currency, count(*),
    count(*) filter (where received > 0 or (total = 0 and status = 'PAID')),
    coalesce(sum(received), 0)::bigint
from views.order_pages
where shop = any($1::text[]) and placed_at >= $2::timestamptz
group by shop, currency
order by shop, currency
