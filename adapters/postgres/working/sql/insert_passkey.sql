-- At most so many each: whoever adds two at once gets at most one more than that.
insert into working.passkeys
    (id, kind, subject, credential_id, public_key, sign_count, sealed_name, added_at)
select $1, $2, $3, $4, $5, $6, $7, $8
where (select count(*) from working.passkeys where kind = $2 and subject = $3) < $9
on conflict (credential_id) do nothing
returning id
