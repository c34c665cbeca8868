-- All tickets of a shop that changed after a position; those of an order have one position.
select stream, number, shop, product, hash, state, inside, position
from views.door_tickets
where shop = $1 and position > $2
order by position, stream, number
