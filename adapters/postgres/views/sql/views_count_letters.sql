-- Letters by state, apart those that still wait to go out, by the rule of `views_read_due_letters`.
select
    state,
    state <> 'sent' and not permanent and (owed or state = 'started')
        and (letter <> 'link' or state = 'started' or since is null
            or since > $1::timestamptz - interval '1 day')
        and (letter not in ('how_to_pay', 'withdrawal') or state <> 'due' or since <= $1::timestamptz)
        as waiting,
    count(*), min(coalesce(since, changed_at)), max(changed_at)
from views.outbox
group by 1, 2
