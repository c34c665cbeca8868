select stream from views.waiting_list where email_index = $1 order by stream
