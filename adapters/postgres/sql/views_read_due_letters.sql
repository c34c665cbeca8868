-- Letters that may be due: the order itself decides. Fresh ones come first, then those tried least,
-- so that letters nobody can send do not stand in the way of others. A link is good for a day.
select stream
from views.outbox
where state <> 'sent' and not permanent and (owed or state = 'started')
    and (changed_at is null or changed_at <= $1)
    and (letter <> 'link' or state = 'started' or since is null or since > $1 - interval '1 day')
group by stream
order by
    min((state = 'unknown')::integer), min(try_number), min(coalesce(changed_at, since)) nulls first
limit $2
