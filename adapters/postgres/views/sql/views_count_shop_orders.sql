-- The orders of a shop by what its cancellation means for them, and what the last change came to.
-- `follows`: it lives, and has not followed the shop yet.
select
    o.fate,
    o.outcome,
    o.currency,
    o.alive
    and c.stream is not null
    and (c.kind = 'cancelled' or o.starts_at <> c.starts_at) as follows,
    o.alive,
    count(*),
    sum(o.refund)::bigint,
    sum(o.by_hand)::bigint
from views.shop_orders o
left join views.shop_changes c on c.stream = o.shop
where o.shop = $1
group by 1, 2, 3, 4, 5
order by 1, 2, 3, 4, 5
