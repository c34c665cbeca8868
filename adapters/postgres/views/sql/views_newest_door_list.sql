-- The last position that changed a ticket of a shop, and when that was recorded.
select newest.position, stamps.recorded_at
from (select max(position) as position from views.door_tickets where shop = $1) as newest
left join ledger.stamps on stamps.position = newest.position
