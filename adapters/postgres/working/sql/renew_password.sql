-- The same password under newer parameters, unless it was changed meanwhile.
update working.staff_credentials set password_hash = $1 where member = $2 and password_hash = $3
