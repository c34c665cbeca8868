-- Places with a letter to send, or whose time is over.
select stream from views.waiting_list
where look_at <= $1
order by look_at, stream
limit $2 offset $3
