-- Whoever takes it is the only one: the next finds none.
delete from working.challenges
where challenge_hash = $1
returning purpose, kind, subject, browser, ends_at
