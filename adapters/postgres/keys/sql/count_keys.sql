select count(*) from keys.data_keys
