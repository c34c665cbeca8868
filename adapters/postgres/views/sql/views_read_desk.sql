-- What waits for a person in some shops, or in none: the worst first, the oldest of those first.
-- What was put aside is a state of its own until it is back.
select
    cases.stream, kind, severity, state, order_id, provider, provider_reference, amount,
    cases.currency, opened_at, text, evidence, alarming, returning_since,
    asleep_until, keeper
from views.cases as cases
left join views.order_pages as pages on pages.stream = cases.order_id
where state = case when $1::text = 'asleep' then 'open' else $1::text end
    and (state <> 'open' or coalesce(asleep_until > $5::timestamptz, false) = ($1::text = 'asleep'))
    and ($6::text is null or keeper = $6::text)
    and (pages.shop = any($2::text[]) or ($3::boolean and pages.shop is null))
order by severity, opened_at, cases.stream
limit $4
