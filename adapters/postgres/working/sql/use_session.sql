-- The living session of a word. Its use is written down once a minute, not at every page.
with used as (
    update working.sessions
    set last_used_at = $3, ends_at = least($3::timestamptz + $4::interval, opened_at + $5::interval)
    where token_hash = $1 and kind = $2 and ends_at > $3 and last_used_at <= $3 - $6::interval
    returning id, kind, subject, how, device, opened_at, last_used_at, ends_at
)
select * from used
union all
select id, kind, subject, how, device, opened_at, last_used_at, ends_at
from working.sessions
where token_hash = $1 and kind = $2 and ends_at > $3 and not exists (select from used)
