-- A shop's lines as they stand: whoever has seats held first, then who is next.
select stream, shop, product, quantity, email_index, state, rank, taken_at, until, look_at
from views.waiting_list
where shop = $1 and state in ('waiting', 'held')
order by product, state, rank, stream
limit $2 offset $3
