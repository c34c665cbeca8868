-- What visitors mean to buy, under the SHA-256 of their browser's own word: who reads this table has
-- no cart of anybody, and it names nobody. A cart that nobody touched for long is deleted.
create table working.carts (
    id_hash bytea primary key check (octet_length(id_hash) = 32),
    version bigint not null,
    content jsonb not null,
    kept_until timestamptz not null
);
create index carts_over on working.carts (kept_until);

grant select, insert, update, delete on working.carts to stampledger_app;
