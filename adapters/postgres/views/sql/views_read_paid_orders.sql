-- In the order of their identifiers, which is that of the primary key: a long list is read in pages.
select stream from views.order_pages
where status in ('PAID', 'PARTIALLY_REFUNDED') and stream > $1
order by stream
limit $2
