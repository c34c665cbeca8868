-- A key that was destroyed or renewed meanwhile is left as it is.
update keys.data_keys
set wrapped = fresh.wrapped
from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as fresh (key_id, former, wrapped)
where data_keys.key_id = fresh.key_id and data_keys.wrapped = fresh.former
