update views.checkpoints set position = $2, moved_at = clock_timestamp() where owner = $1
