-- One row comes back for the first asker, none for all others.
insert into working.asked_once (key_hash) values ($1) on conflict (key_hash) do nothing returning 1
