-- How many there are of each kind.
select kind, count(*) from views.persons_kept where shop = $1 and since <= $2 group by kind
