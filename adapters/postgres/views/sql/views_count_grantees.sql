select kind, state, voucher, letter, trouble, coalesce(currency, ''), count(*),
    coalesce(sum(worth), 0)::bigint
from views.grantees
where shop = $1
group by 1, 2, 3, 4, 5, 6
order by 1, 2, 3, 4, 5, 6
