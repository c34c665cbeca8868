update views.checkpoints set version = $2, moved_at = clock_timestamp() where name = $1
