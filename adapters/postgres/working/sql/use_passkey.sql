-- A device that counts tells more each time; one that does not tells nought. Of two who answer with
-- the same count, one is not the device.
update working.passkeys
set sign_count = $2::bigint, last_used_at = $3
where id = $1 and (sign_count < $2::bigint or (sign_count = 0 and $2::bigint = 0))
returning id
