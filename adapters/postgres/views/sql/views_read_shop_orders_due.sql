-- Living orders of shops that were cancelled or moved, and have not followed yet.
select o.stream
from views.shop_changes c
join views.shop_orders o on o.shop = c.stream
where o.alive
    and (c.kind = 'cancelled' or o.starts_at <> c.starts_at)
    and (o.provider = any($2)) = $3
order by o.stream
limit $1 offset $4
