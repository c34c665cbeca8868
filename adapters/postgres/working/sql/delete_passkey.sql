delete from working.passkeys where kind = $1 and subject = $2 and id = $3 returning id
