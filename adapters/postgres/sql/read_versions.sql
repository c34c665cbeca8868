select asked.stream, newest.version
from unnest(%b::uuid[]) as asked (stream)
cross join lateral (
    select version from ledger.stamps
    where stamps.stream = asked.stream
    order by version desc
    limit 1
) as newest
