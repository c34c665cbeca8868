-- What is on its way to receivers, and how many of these are switched off.
select
    count(*) filter (where dead_at is null and tries = 0),
    count(*) filter (where dead_at is null and tries > 0),
    count(*) filter (where dead_at is not null),
    (select count(*) from working.webhook_endpoints where disabled_at is not null),
    min(position) filter (where dead_at is null)
from working.webhook_deliveries
