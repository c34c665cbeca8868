-- Its use is noted, at most once a minute.
with used as (
    update working.tokens set last_used_at = now()
    where token_hash = $1
        and (expires_at is null or expires_at > now())
        and (last_used_at is null or last_used_at < now() - interval '1 minute')
)
select token_hash, name, role, shop, expires_at from working.tokens where token_hash = $1
