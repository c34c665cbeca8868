select token_hash, name, role, shop, expires_at, made_at, last_used_at
from working.tokens
order by name, made_at, token_hash
