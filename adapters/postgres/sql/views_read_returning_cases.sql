select stream from views.cases
where returning_since <= $1
order by returning_since
limit $2
