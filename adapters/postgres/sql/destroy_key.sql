delete from keys.data_keys where subject = $1
