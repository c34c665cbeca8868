-- How many tickets of a shop let somebody in, or have.
select count(*) from views.door_tickets where shop = $1 and state = 'valid'
