delete from working.sessions where token_hash = $1 and kind = $2
