-- Written only over the version that was read: of two tabs, the slower one looks again. Carts whose
-- time is over, whoever's they are, go on the way, a few at a time.
with over as (
    delete from working.carts
    where id_hash in (
        select id_hash from working.carts
        where kept_until < $4 and id_hash <> $1
        order by kept_until
        limit 100
        for update skip locked
    )
)
insert into working.carts (id_hash, version, content, kept_until)
values ($1, 1, $3::jsonb, $5)
on conflict (id_hash) do update
set version = carts.version + 1, content = excluded.content, kept_until = excluded.kept_until
where carts.version = $2
returning version
