-- The orders that a number was added up from, those that moved last first. What is null was not
-- told apart.
select stream, max(position) as last, sum(sign * many), sum(sign * amount), sum(sign * vat)
from views.report_entries
cross join lateral (select case when kind = any($21::text[]) then -1 else 1 end as sign) as taken
where shop = any($1::text[]) and kind = any($2::text[]) and position <= $3
    and case when $6::boolean then since else at end >= $4::timestamptz
    and case when $6::boolean then since else at end < $5::timestamptz
    and ($7::text is null or shop = $7)
    and ($8::text is null or outcome = $8)
    and ($9::text is null or provider = $9)
    and ($10::text is null or method = $10)
    and ($11::text is null or product = $11)
    and ($12::integer is null or revision = $12)
    and ($13::text is null or rate = $13)
    and ($14::text is null or currency = $14)
    and ($15::text is null or door = $15)
    and ($16::text is null or day = $16)
    and ($17::text is null or payout = $17)
    and ($18::text is null or bank_reference = $18)
group by stream
having max(position) < $19
    and (sum(sign * many) <> 0 or sum(sign * amount) <> 0 or sum(sign * vat) <> 0)
order by last desc
limit $20
