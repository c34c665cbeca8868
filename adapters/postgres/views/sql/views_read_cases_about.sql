-- The open cases about one order, the oldest first.
select
    stream, kind, severity, state, order_id, provider, provider_reference, amount, currency,
    opened_at, text, evidence, alarming, returning_since,
    asleep_until, keeper
from views.cases
where order_id = $1 and state = 'open'
order by opened_at, stream
