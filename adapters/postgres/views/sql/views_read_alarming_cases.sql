select stream from views.cases
where alarming and opened_at <= $1
order by opened_at, stream
limit $2 offset $3
