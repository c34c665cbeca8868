-- Whoever comes second takes the key that stands.
insert into keys.data_keys (key_id, subject, wrapped) values ($1, $2, $3)
on conflict (subject) do nothing
