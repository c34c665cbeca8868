-- Orders with an address that nobody who was signed in placed, and nobody claimed.
select stream from views.order_pages
where email_index = $1
    and not exists (select from views.account_orders where order_id = order_pages.stream)
order by placed_at desc, stream desc
limit $2
