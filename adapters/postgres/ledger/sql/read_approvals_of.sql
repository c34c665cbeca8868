-- What was asked of a second person about some orders. Served by a partial index: they are few.
select distinct stamps.stream
from ledger.stamps
cross join unnest($1::text[]) as orders (id)
where type = 'APPROVAL_REQUESTED' and position(convert_to(orders.id, 'UTF8') in state) > 0
