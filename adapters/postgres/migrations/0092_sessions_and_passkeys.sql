-- Who is signed in where, under the SHA-256 of the browser's own word: who reads this table can sign
-- in as nobody. Working state: a database restored from a backup asks people to sign in again.
create table working.sessions (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    id uuid not null unique,
    kind text not null check (kind in ('customer', 'staff')),
    subject uuid not null,
    how text not null,
    device text not null,
    opened_at timestamptz not null,
    last_used_at timestamptz not null,
    ends_at timestamptz not null
);
create index sessions_of_subject on working.sessions (kind, subject, last_used_at);
create index sessions_over on working.sessions (ends_at);

-- Public keys of devices. What their owners call them is sealed under the owner's data key.
create table working.passkeys (
    id uuid primary key,
    kind text not null check (kind in ('customer', 'staff')),
    subject uuid not null,
    credential_id bytea not null unique check (octet_length(credential_id) between 1 and 1023),
    public_key bytea not null,
    sign_count bigint not null,
    sealed_name bytea not null,
    added_at timestamptz not null,
    last_used_at timestamptz
);
create index passkeys_of_subject on working.passkeys (kind, subject, added_at);

-- Questions to devices, each answered once or never.
create table working.challenges (
    challenge_hash bytea primary key check (octet_length(challenge_hash) = 32),
    purpose text not null check (purpose in ('register', 'sign_in')),
    kind text not null check (kind in ('customer', 'staff')),
    subject uuid,
    browser bytea not null check (octet_length(browser) = 32),
    ends_at timestamptz not null
);
create index challenges_over on working.challenges (ends_at);

grant select, insert, update, delete
    on working.sessions, working.passkeys, working.challenges to stampledger_app;
