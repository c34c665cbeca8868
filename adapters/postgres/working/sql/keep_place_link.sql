-- Wishes whose time is over, whoever's they are, go on the way, a few at a time.
with over as (
    delete from working.place_links
    where code_hash in (
        select code_hash from working.place_links
        where ends_at <= $4
        order by ends_at
        limit 100
        for update skip locked
    )
)
insert into working.place_links (code_hash, sealed, ends_at) values ($1, $2, $3)
