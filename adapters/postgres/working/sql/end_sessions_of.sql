delete from working.sessions
where kind = $1 and subject = $2 and id is distinct from $3::uuid
returning id
