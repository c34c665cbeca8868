-- The pictures of shops, under the SHA-256 of their bytes, which the shop's stamps carry. They are
-- no evidence: one that must not be shown any more can be deleted, and no stamp changes by it.
create table working.pictures (
    hash bytea primary key check (hash = sha256(content)),
    content bytea not null check (octet_length(content) <= 400000)
);
-- WebP is compressed already.
alter table working.pictures alter column content set storage external;

grant select, insert, delete on working.pictures to stampledger_app;
