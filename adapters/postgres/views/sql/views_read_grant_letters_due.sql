select stream from views.grantees
where letter_due
order by stream
limit $1 offset $2
