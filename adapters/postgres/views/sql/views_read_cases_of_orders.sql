select stream, order_id
from views.cases
where state = 'open' and order_id is not null and kind = any($1)
order by opened_at, stream
limit $2 offset $3
