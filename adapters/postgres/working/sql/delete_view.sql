delete from working.saved_views where id = $1
