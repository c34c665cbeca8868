select stream from views.cases
where returning_since <= $1 and (provider = any($3)) = $4
order by returning_since, stream
limit $2 offset $5
