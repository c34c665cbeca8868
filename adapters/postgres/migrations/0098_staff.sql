-- The people who run the shops are few, stamps are many: finding them must not grow with the ledger.
create index stamps_staff on ledger.stamps (position) where type = 'STAFF_ADDED';

-- What they sign in with. A password is kept as its argon2id hash, the secret of a second factor
-- sealed under the member's data key. `totp_step` is the newest step of time whose code was taken:
-- no code counts twice.
create table working.staff_credentials (
    member uuid primary key,
    password_hash text,
    totp_sealed bytea,
    totp_step bigint not null default 0
);

-- Codes for who has lost the second factor, as SHA-256. One that was used is gone.
create table working.staff_recovery_codes (
    member uuid not null,
    code_hash bytea not null check (octet_length(code_hash) = 32),
    primary key (member, code_hash)
);

-- One-time links to choose what to sign in with, as SHA-256; of each member the newest only.
create table working.staff_links (
    member uuid primary key,
    link_hash bytea not null unique check (octet_length(link_hash) = 32),
    ends_at timestamptz not null
);

-- Tokens for programs at the door.
alter table working.tokens drop constraint tokens_role_check;
alter table working.tokens
    add constraint tokens_role_check check (role in ('admin', 'staff', 'door', 'auditor'));

grant select, insert, update, delete
    on working.staff_credentials, working.staff_recovery_codes, working.staff_links
    to stampledger_app;
