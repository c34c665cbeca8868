-- Who is next in each line of a shop, and as of which position of the ledger that is so.
select
    coalesce(
        (
            select position from views.steps
            where owner = (select owner from views.checkpoints where name = 'waiting_list')
            order by number desc
            limit 1
        ),
        0
    ),
    first.stream, first.product, first.quantity, first.rank
from (
    select distinct product from views.waiting_list
    where shop = $1 and state in ('waiting', 'held')
) as line
cross join lateral (
    select stream, product, quantity, rank from views.waiting_list
    where shop = $1 and product = line.product and state = 'waiting'
    order by rank, stream
    limit $2
) as first
