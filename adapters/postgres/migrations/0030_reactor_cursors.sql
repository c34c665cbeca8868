-- How far reactors have read the ledger. Losing a row costs time, nothing else.
create table working.cursors (
    name text primary key,
    position bigint not null check (position >= 0)
);
