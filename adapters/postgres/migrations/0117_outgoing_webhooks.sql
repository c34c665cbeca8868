-- Where events of orders are sent. Address and secrets are sealed; `position` is how far the ledger
-- was read for it. One worker at a time serves an endpoint, by a lease.
create table working.webhook_endpoints (
    id uuid primary key,
    shop text not null,
    sealed bytea not null,
    former_until timestamptz,
    kinds text[] not null,
    personal boolean not null,
    made_at timestamptz not null,
    made_by text not null,
    position bigint not null check (position >= 0),
    disabled_at timestamptz,
    disabled_why text not null default '',
    failures integer not null default 0,
    failing_since timestamptz,
    next_at timestamptz,
    delivered_at timestamptz,
    leased_by uuid,
    leased_until timestamptz
);
create index webhook_endpoints_of_shop on working.webhook_endpoints (shop, made_at);

-- Events on their way, and dead letters. What was delivered is gone: the ledger has it.
create table working.webhook_deliveries (
    endpoint uuid not null references working.webhook_endpoints on delete cascade,
    position bigint not null,
    stream uuid not null,
    tries integer not null default 0,
    next_at timestamptz not null,
    dead_at timestamptz,
    outcome text not null default '',
    primary key (endpoint, position)
);
create index webhook_deliveries_of_order on working.webhook_deliveries (endpoint, stream, position)
where dead_at is null;
create index webhook_deliveries_due on working.webhook_deliveries (endpoint, next_at)
where dead_at is null;

grant select, insert, update, delete
    on working.webhook_endpoints, working.webhook_deliveries to stampledger_app;
