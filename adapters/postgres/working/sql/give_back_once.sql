delete from working.asked_once where key_hash = $1
