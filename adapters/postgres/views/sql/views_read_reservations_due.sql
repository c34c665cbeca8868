select stream
from views.reservations
where due_at <= $1
    and exists (
        select from views.provider_references r
        where r.stream = reservations.stream and r.attempt = reservations.attempt
            and (r.provider = any($3)) = $4
    )
group by stream
order by min(due_at), stream
limit $2 offset $5
