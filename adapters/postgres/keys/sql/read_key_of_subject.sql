select key_id, subject, wrapped from keys.data_keys where subject = $1
