-- Whoever takes it is the only one: the next finds none.
delete from working.sign_in_links where code_hash = $1 returning code_hash
