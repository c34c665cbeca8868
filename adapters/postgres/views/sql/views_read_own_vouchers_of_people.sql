select stream from views.grantees
where place = 'own' and voucher in ('issued', 'used') and stream > $1
order by stream
limit $2
