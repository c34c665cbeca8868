-- Orders of some shops with money that is on its way back.
select stream from views.order_pages
where shop = any($1::text[]) and refund_pending > 0
order by number
limit $2
