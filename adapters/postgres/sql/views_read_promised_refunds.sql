-- Promised counts both: asked for and not answered, accepted and not settled.
select stream from views.order_pages where refund_pending > 0 order by number limit $1
