select token_hash, name, role, shop, expires_at from working.tokens where token_hash = $1
