-- Tickets of one shop by the keyed hashes of their codes.
select stream, number, shop, product, hash, state, inside, position
from views.door_tickets
where hash = any($1::text[]) and shop = $2
