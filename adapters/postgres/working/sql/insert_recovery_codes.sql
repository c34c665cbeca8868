insert into working.staff_recovery_codes (member, code_hash)
select $1::uuid, unnest($2::bytea[])
