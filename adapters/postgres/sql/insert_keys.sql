insert into keys.data_keys (key_id, subject, wrapped)
select * from unnest(%b::uuid[], %b::uuid[], %b::bytea[])
