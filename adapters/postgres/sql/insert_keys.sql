insert into keys.data_keys (key_id, subject, wrapped)
select * from unnest($1::uuid[], $2::uuid[], $3::bytea[])
