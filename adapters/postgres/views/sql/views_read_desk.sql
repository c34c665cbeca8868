-- What waits for a person in some shops, or in none: the worst first, the oldest of those first.
select
    cases.stream, kind, severity, state, order_id, provider, provider_reference, amount,
    cases.currency, opened_at, text, evidence, alarming, returning_since
from views.cases as cases
left join views.order_pages as pages on pages.stream = cases.order_id
where state = $1::text
    and (pages.shop = any($2::text[]) or ($3::boolean and pages.shop is null))
order by severity, opened_at, cases.stream
limit $4
