-- The orders that take seats of a quota, the newest first, from a place on.
select taken.stream, page.placed_at, taken.held, taken.sold
from views.seats taken
join views.order_pages page using (stream)
where
    taken.quota = $1
    and (taken.held > 0 or taken.sold > 0)
    and (page.placed_at, taken.stream) < ($2::timestamptz, $3::uuid)
order by page.placed_at desc, taken.stream desc
limit $4
