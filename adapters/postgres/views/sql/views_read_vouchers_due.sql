select stream from views.grantees
where work_due_at <= $1 and (place = any($3)) = $4
order by work_due_at, stream
limit $2 offset $5
