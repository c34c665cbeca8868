insert into working.tokens (token_hash, name, role, shop, expires_at) values ($1, $2, $3, $4, $5)
