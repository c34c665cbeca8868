-- Projections: one table each, named like the projection. Rows belong to a stream.

create table views.order_pages (
    stream uuid primary key,
    number bigint not null,
    payment_reference text not null,
    shop text not null,
    status text not null,
    flags text[] not null,
    currency text not null,
    total bigint not null,
    received bigint not null,
    refund_pending bigint not null,
    refunded bigint not null,
    disputed bigint not null,
    version bigint not null,
    placed_at timestamptz not null,
    language text not null,
    email_index text not null,
    products text[] not null,
    position bigint not null
);
create index on views.order_pages (shop, number desc);
create index on views.order_pages (email_index);
create index on views.order_pages (payment_reference);

create table views.refund_eligibility (
    stream uuid primary key,
    blocked text not null,
    deadline timestamptz,
    amount bigint not null,
    fee bigint not null,
    currency text not null,
    payment uuid
);

create table views.receipts (
    stream uuid not null,
    correlation_id uuid not null,
    kind text not null,
    number bigint,
    amount bigint not null,
    currency text not null,
    state text not null,
    primary key (stream, correlation_id, kind)
);

create table views.outbox (
    stream uuid not null,
    correlation_id uuid not null,
    letter text not null,
    owed boolean not null,
    state text not null,
    try_number integer not null,
    since timestamptz,
    changed_at timestamptz,
    permanent boolean not null,
    primary key (stream, correlation_id, letter)
);
create index on views.outbox (coalesce(changed_at, since)) where state <> 'sent';

create table views.open_intents (
    stream uuid not null,
    kind text not null,
    correlation_id uuid not null,
    try_number integer not null,
    provider text not null,
    requested_at timestamptz,
    primary key (stream, kind, correlation_id)
);
create index on views.open_intents (requested_at);

create table views.seats (
    stream uuid not null,
    quota uuid not null,
    capacity bigint not null,
    held bigint not null,
    sold bigint not null,
    primary key (stream, quota)
);
create index on views.seats (quota);

create table views.provider_references (
    stream uuid not null,
    provider text not null,
    reference text not null,
    attempt uuid not null,
    primary key (stream, provider, reference, attempt)
);
create index on views.provider_references (provider, reference);

create table views.unpaid (
    stream uuid primary key,
    due_at timestamptz not null
);
create index on views.unpaid (due_at);

create table views.cases (
    stream uuid primary key,
    kind text not null,
    severity text not null,
    state text not null,
    order_id uuid,
    provider text not null,
    provider_reference text not null,
    amount bigint,
    currency text,
    opened_at timestamptz not null,
    text text not null
);
create index on views.cases (state, opened_at);
