select id, kind, subject, credential_id, public_key, sign_count, sealed_name, added_at, last_used_at
from working.passkeys
where kind = $1 and subject = $2
order by added_at, id
