-- Every case about one of these orders, open or resolved.
select stream from views.cases where order_id = any($1::uuid[])
