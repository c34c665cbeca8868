-- How far the ledger stands in the list of orders.
select coalesce(
    (
        select position from views.steps
        where owner = (select owner from views.checkpoints where name = 'order_pages')
        order by number desc
        limit 1
    ),
    0
)
