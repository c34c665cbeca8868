-- The newest letter counts; what nobody accepted in time is gone.
with over as (
    delete from working.staff_invitations where ends_at <= $9::timestamptz and id <> $1::uuid
)
insert into working.staff_invitations
    (id, code_hash, email_index, sealed, role, shop, language, invited_by, made_at, ends_at)
values ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz, $10)
on conflict (id) do update set
    code_hash = excluded.code_hash, sealed = excluded.sealed, language = excluded.language,
    invited_by = excluded.invited_by, made_at = excluded.made_at, ends_at = excluded.ends_at
