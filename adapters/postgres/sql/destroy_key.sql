delete from keys.data_keys where subject = %b
