-- Letters that are due by the time of their next try: the order itself decides. Fresh ones come
-- first, then those tried least, so that letters nobody can send do not stand in the way of others.
-- A link is good for a day; what tells how to pay, or acknowledges a withdrawal, has a time from
-- which on it may go. `$3` are the minutes after each try, `$4` those that a claim is good.
select stream
from views.outbox
where state <> 'sent' and not permanent and (owed or state = 'started')
    and (
        changed_at is null
        or changed_at <= $1::timestamptz - make_interval(
            mins => case state
                when 'started' then $4::integer
                when 'due' then 0
                else ($3::integer[])[least(greatest(try_number, 1), cardinality($3::integer[]))]
            end
        )
    )
    and (letter <> 'link' or state = 'started' or since is null or since > $1::timestamptz - interval '1 day')
    and (letter not in ('how_to_pay', 'withdrawal') or state <> 'due' or since <= $1::timestamptz)
group by stream
order by
    min((state = 'unknown')::integer), min(try_number), min(coalesce(changed_at, since)) nulls first,
    stream
limit $2 offset $5
