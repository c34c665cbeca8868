select key_id, subject, wrapped from keys.data_keys where key_id > $1 order by key_id limit $2
