-- Who came in and left at each door of a shop on a day, by product.
select door, product, sum(entered)::bigint, sum(went)::bigint, count(*)
from views.door_visits
where shop = $1 and day = $2
group by door, product
order by door, product
