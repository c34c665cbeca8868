-- Whoever knows a number and an address is looked up by both: the one alone finds nothing.
select stream from views.order_pages where shop = $1 and number = $2 and email_index = $3
