-- Of each quota the seats that are kept for holders of a shop's vouchers.
select taken.quota, sum(taken.held)::bigint
from views.vouchers voucher
join views.seats taken using (stream)
where voucher.shop = $1 and voucher.kept > 0
group by taken.quota
