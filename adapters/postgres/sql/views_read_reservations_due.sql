select stream from views.reservations where due_at <= $1
group by stream
order by min(due_at)
limit $2
