select asked.series, newest.number
from unnest($1::text[]) as asked (series)
cross join lateral (
    select number from ledger.numbers
    where numbers.series = asked.series
    order by number desc
    limit 1
) as newest
