select stream, position, error, stopped_at from views.stopped_lanes order by position
