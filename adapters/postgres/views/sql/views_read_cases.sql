select
    stream, kind, severity, state, order_id, provider, provider_reference,
    amount, currency, opened_at, text, evidence, alarming, returning_since,
    asleep_until, keeper
from views.cases
where state = $1
order by opened_at, stream
