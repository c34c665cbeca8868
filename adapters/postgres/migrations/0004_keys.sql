-- One wrapped data key per order or inbox message. Deleting the row is the erasure.
create table keys.data_keys (
    key_id uuid primary key,
    subject uuid not null unique,
    wrapped bytea not null,
    made_at timestamptz not null default now()
);
