-- Places of a shop for which seats are held, those whose time is over first.
select stream, shop, product, quantity, email_index, state, rank, taken_at, until, look_at
from views.waiting_list
where shop = $1 and state = 'held'
order by until, stream
limit $2
