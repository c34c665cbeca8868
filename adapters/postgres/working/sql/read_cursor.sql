select position from working.cursors where name = $1
