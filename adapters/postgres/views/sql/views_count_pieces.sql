-- Of each revision of a shop's products: pieces ever ordered, held and sold just now.
select product, revision, sum(ordered)::bigint, sum(held)::bigint, sum(sold)::bigint
from views.product_sales
where shop = $1
group by product, revision
