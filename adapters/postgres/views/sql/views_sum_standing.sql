-- Figures added up as they stand, by when what is counted began; the bounds part the time. Orders
-- and attempts are told apart by fewer columns than other figures: each more to group by costs.
select
    shop, kind, outcome, provider, method, '', 0, '', currency, '', '', '', '',
    width_bucket(since, $6::timestamptz[]) as part, sum(many), sum(amount), sum(vat)
from views.report_entries
where shop = any($1::text[]) and kind = any($2::text[]) and position <= $3
    and since >= $4::timestamptz and since < $5::timestamptz
group by shop, kind, outcome, provider, method, currency, part
having sum(many) <> 0 or sum(amount) <> 0 or sum(vat) <> 0
