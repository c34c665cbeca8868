-- By the provider that has a page of the order; of several, the first by name.
select stream
from views.unpaid
where due_at <= $1
    and (
        coalesce(
            (
                select min(r.provider) from views.provider_references r
                where r.stream = unpaid.stream
            ),
            ''
        ) = any($3)
    ) = $4
order by due_at, stream
limit $2 offset $5
