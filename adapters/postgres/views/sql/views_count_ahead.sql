-- How many people stand before a rank in a line.
select count(*) from views.waiting_list
where shop = $1 and product = $2 and state = 'waiting' and rank < $3
