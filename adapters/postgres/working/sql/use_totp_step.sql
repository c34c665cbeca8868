-- A code counts once: whoever comes second with the same step, or an earlier one, changes nothing.
update working.staff_credentials
set totp_step = $2
where member = $1 and totp_step < $2 and totp_sealed is not null
returning member
