insert into working.staff_credentials (member, password_hash)
values ($1, $2)
on conflict (member) do update set password_hash = excluded.password_hash
