-- Rate limits are counted for all processes together; they may be lost in a crash.
create unlogged table working.rate_limits (
    key_hash bytea not null,
    began_at timestamptz not null,
    hits bigint not null,
    primary key (key_hash, began_at)
);

-- API tokens, stored as SHA-256: who reads this table cannot use them.
create table working.tokens (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    name text not null,
    role text not null check (role in ('admin', 'staff', 'auditor')),
    shop text,
    expires_at timestamptz,
    made_at timestamptz not null default now()
);

grant select, insert, update, delete on working.rate_limits, working.tokens to stampledger_app;
