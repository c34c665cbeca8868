-- Endpoints as they stand: of these shops, or the one.
select e.id, e.shop, e.sealed, e.former_until, e.kinds, e.personal, e.made_at, e.made_by, e.position,
    e.disabled_at, e.disabled_why, e.failures, e.failing_since, e.next_at, e.delivered_at,
    count(d.position) filter (where d.dead_at is null), count(d.dead_at)
from working.webhook_endpoints as e
left join working.webhook_deliveries as d on d.endpoint = e.id
where e.shop = any ($1::text[]) or e.id = $2::uuid
group by e.id
order by e.shop, e.made_at, e.id
