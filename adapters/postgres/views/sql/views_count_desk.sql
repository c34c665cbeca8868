-- How much waits for a person in some shops, or in none; not what was put aside.
select kind, severity, count(*), min(opened_at)
from views.cases as cases
left join views.order_pages as pages on pages.stream = cases.order_id
where state = 'open'
    and coalesce(asleep_until <= $3::timestamptz, true)
    and (pages.shop = any($1::text[]) or ($2::boolean and pages.shop is null))
group by kind, severity
order by severity, min(opened_at)
