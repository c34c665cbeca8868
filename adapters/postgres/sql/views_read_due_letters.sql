-- Letters that may be due: the order itself decides. Those left longest alone come first.
select stream
from views.outbox
where state <> 'sent' and not permanent and (owed or state = 'started')
    and (changed_at is null or changed_at <= $1)
group by stream
order by min(coalesce(changed_at, since)) nulls first
limit $2
