insert into keys.data_keys (key_id, subject, wrapped)
select key_id, subject, ledger.arrived(wrapped, digest)
from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[]) as given (
    key_id, subject, wrapped, digest
)
