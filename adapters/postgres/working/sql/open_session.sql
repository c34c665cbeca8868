-- Sessions whose time is over, whoever's they are, go on the way, a few at a time.
with over as (
    delete from working.sessions
    where token_hash in (
        select token_hash from working.sessions
        where ends_at <= $7
        order by ends_at
        limit 100
        for update skip locked
    )
)
insert into working.sessions
    (token_hash, id, kind, subject, how, device, opened_at, last_used_at, ends_at)
values ($1, $2, $3, $4, $5, $6, $7, $7, $8)
