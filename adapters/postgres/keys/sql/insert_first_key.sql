-- Whoever comes second takes the key that stands.
insert into keys.data_keys (key_id, subject, wrapped) values ($1, $2, ledger.arrived($3, $4))
on conflict (subject) do nothing
