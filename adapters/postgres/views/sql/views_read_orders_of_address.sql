-- Orders whose person was ever known under an address, and those of the address's accounts.
select stream from views.order_addresses where email_index = $1
union
select order_id from views.account_orders where account = any($2::uuid[])
