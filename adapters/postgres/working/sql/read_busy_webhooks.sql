-- Endpoints with something to do: stamps to look at, or an event whose time has come.
select id from working.webhook_endpoints as e
where disabled_at is null
    and coalesce(next_at <= $1, true)
    and coalesce(leased_until <= $1, true)
    and (
        position < $2
        or exists (
            select from working.webhook_deliveries as d
            where d.endpoint = e.id and d.dead_at is null and d.next_at <= $1
        )
    )
order by next_at nulls first, id
