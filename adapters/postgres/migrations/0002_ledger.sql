-- The ledger itself. Rows are inserted, never changed or deleted.

create table ledger.identity (
    only_one boolean primary key default true check (only_one),
    id uuid not null,
    made_at timestamptz not null default now()
);
insert into ledger.identity (id) values (gen_random_uuid());

create table ledger.stamps (
    position bigint primary key check (position > 0),
    stream uuid not null,
    version bigint not null,
    type text not null,
    recorded_at timestamptz not null,
    correlation_id uuid,
    occurrence text,
    binding bytea,
    numbers jsonb,
    state bytea not null,
    leaf bytea not null,
    constraint stamps_version unique (stream, version),
    constraint stamps_identity unique (correlation_id, type, occurrence),
    check (num_nulls(correlation_id, occurrence, binding) in (0, 3)),
    check (octet_length(leaf) = 32)
);
comment on column ledger.stamps.correlation_id is 'Null in an opaque row, not written as a stamp.';
comment on column ledger.stamps.numbers is 'Numbers drawn from series, by name; null if none.';

-- The newest row is the head. Two committers that race insert the same first position.
create table ledger.commits (
    first_position bigint primary key check (first_position > 0),
    last_position bigint not null unique check (last_position >= first_position),
    recorded_at timestamptz not null,
    frontier bytea not null,
    root bytea not null check (octet_length(root) = 32)
);

-- The newest row of a quota counts.
create table ledger.seat_totals (
    quota uuid not null,
    position bigint not null,
    capacity bigint not null,
    held bigint not null check (held >= 0),
    sold bigint not null check (sold >= 0),
    primary key (quota, position),
    check (held + sold <= capacity)
);

-- The newest row of a series holds the last number drawn.
create table ledger.numbers (
    series text not null,
    number bigint not null check (number > 0),
    position bigint not null,
    primary key (series, number)
);

-- Every message of a provider, as it came: headers and body, encrypted. Repeats are kept, too.
create table ledger.inbox (
    id uuid primary key,
    received_at timestamptz not null default now(),
    provider text not null,
    door text not null,
    verdict text not null,
    provider_event_id text,
    evidence_hash text not null,
    key_id uuid not null,
    sealed bytea not null
);
create index inbox_repeats on ledger.inbox (provider, provider_event_id, evidence_hash);
create index inbox_received on ledger.inbox (received_at);
