-- Promised counts both: asked for and not answered, accepted and not settled.
select stream
from views.order_pages
where refund_pending > 0
    and exists (
        select from views.provider_references r
        where r.stream = order_pages.stream and (r.provider = any($2)) = $3
    )
order by number, stream
limit $1 offset $4
