select asked.stream, newest.version
from unnest($1::uuid[]) as asked (stream)
cross join lateral (
    select version from ledger.stamps
    where stamps.stream = asked.stream
    order by version desc
    limit 1
) as newest
