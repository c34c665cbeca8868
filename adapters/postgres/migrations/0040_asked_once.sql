-- What was asked of a provider that has no keys: asked at most once, by whoever took the key first.
create table working.asked_once (
    key_hash bytea primary key check (octet_length(key_hash) = 32),
    taken_at timestamptz not null default now()
);

grant select, insert, delete on working.asked_once to stampledger_app;
