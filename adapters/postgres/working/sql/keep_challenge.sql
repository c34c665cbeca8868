-- Questions that nobody answered in time go on the way, a few at a time.
with over as (
    delete from working.challenges
    where challenge_hash in (
        select challenge_hash from working.challenges
        where ends_at <= $7
        order by ends_at
        limit 100
        for update skip locked
    )
)
insert into working.challenges (challenge_hash, purpose, kind, subject, browser, ends_at)
values ($1, $2, $3, $4, $5, $6)
