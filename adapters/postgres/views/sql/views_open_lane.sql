delete from views.stopped_lanes where stream = $1
