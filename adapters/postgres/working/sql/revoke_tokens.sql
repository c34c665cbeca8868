-- All tokens of a name, or the one whose hash begins so.
delete from working.tokens
where name = $1 or (length($1) >= 8 and starts_with(encode(token_hash, 'hex'), $1))
returning name
