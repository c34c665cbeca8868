select key_id, subject, wrapped from keys.data_keys where key_id = any($1::uuid[])
