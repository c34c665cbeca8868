-- News that no order could take when it came, about something that is known as an order's by now.
-- What names another order than that one can never be taken: it must not stand before the others.
select distinct on (c.opened_at, c.stream) c.stream, i.id, i.door, c.evidence
from views.cases c
join views.provider_references r
    on r.provider = c.provider and r.reference = c.provider_reference
    and r.stream = coalesce(c.order_id, r.stream)
join ledger.inbox i on i.evidence_hash = c.evidence and i.verdict = any($1)
where c.state = 'open' and c.kind in ('unmatched_money', 'unbound_fact')
    and (i.door = any($3)) = $4
order by c.opened_at, c.stream, i.received_at, i.id
limit $2 offset $5
