select version, content::text from working.carts where id_hash = $1
