select id, kind, subject, credential_id, public_key, sign_count, sealed_name, added_at, last_used_at
from working.passkeys
where credential_id = $1 and kind = $2
