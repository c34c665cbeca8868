-- Places whose person has bought the product in another way since they joined, with that order.
select place.stream, (array_agg(bought.stream))[1]
from views.waiting_list as place
join views.order_pages as bought
    on bought.email_index = place.email_index
    and bought.shop = place.shop
    and bought.placed_at > place.taken_at
join views.product_sales as sale
    on sale.stream = bought.stream and sale.product = place.product and sale.sold > 0
where place.shop = $1 and place.state in ('waiting', 'held')
group by place.stream
order by place.stream
limit $2
