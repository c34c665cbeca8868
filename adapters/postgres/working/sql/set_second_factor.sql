insert into working.staff_credentials (member, totp_sealed, totp_step)
values ($1, $2, $3)
on conflict (member) do update
set totp_sealed = excluded.totp_sealed, totp_step = excluded.totp_step
