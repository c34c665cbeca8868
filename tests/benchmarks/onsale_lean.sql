-- The tables of the leanest peer, and what it sells.
create table shops (
    slug text primary key,
    name text not null,
    currency text not null,
    timezone text not null,
    starts_at timestamptz not null,
    cancelled boolean not null default false,
    notice text not null default '',
    days_to_cancel integer not null default 14
);

-- The check is the last line of defence: no statement can sell a seat too many.
create table quotas (
    slug text primary key,
    size integer not null,
    taken integer not null default 0 check (taken between 0 and size)
);

create table products (
    slug text primary key,
    shop text not null references shops,
    place integer not null,
    revision integer not null default 1,
    title text not null,
    description text not null default '',
    price integer not null,
    vat_percent text not null default '13.5',
    tickets integer not null,
    max_per_order integer not null default 10,
    available_from timestamptz,
    available_until timestamptz,
    quota text not null references quotas
);

create table orders (
    id uuid primary key,
    number bigint generated always as identity unique,
    shop text not null references shops,
    key text not null unique,
    asked bytea not null,
    status text not null,
    version integer not null default 1,
    total integer not null,
    received integer not null default 0,
    language text not null,
    placed_at timestamptz not null,
    data_key bytea not null,
    customer bytea not null,
    email_index bytea not null
);
create index on orders (email_index);

create table lines (
    order_id uuid not null references orders,
    place integer not null,
    product text not null,
    revision integer not null,
    title text not null,
    quantity integer not null,
    unit_price integer not null,
    vat_percent text not null,
    primary key (order_id, place)
);

-- What a provider is asked is here before it is asked.
create table attempts (
    id uuid primary key,
    order_id uuid not null unique references orders,
    amount integer not null,
    asked_at timestamptz not null,
    session text,
    page text,
    payment text,
    paid_at timestamptz
);

-- What a provider said, as it said it.
create table inbox (
    id text primary key,
    body bytea not null,
    signature text not null,
    received_at timestamptz not null default now()
);

-- What the worker has to do: letters, tickets, reports.
create table outbox (
    id bigint generated always as identity primary key,
    kind text not null,
    order_id uuid not null,
    at timestamptz not null default now()
);

insert into shops (slug, name, currency, timezone, starts_at)
values ('winterfest', 'Winterfest 2027', 'EUR', 'Europe/Helsinki', now() + interval '1 year');

insert into quotas (slug, size) values ('weekend', 0), ('friday', 0), ('plenty', 10000000);

insert into products (slug, shop, place, title, price, tickets, quota)
values
    ('weekend', 'winterfest', 1, 'Weekend ticket', 3500, 1, 'weekend'),
    ('friday', 'winterfest', 2, 'Weekend ticket', 1500, 1, 'friday'),
    ('volunteer', 'winterfest', 3, 'Weekend ticket', 0, 1, 'weekend'),
    ('plenty', 'winterfest', 4, 'Weekend ticket', 3500, 0, 'plenty'),
    ('free', 'winterfest', 5, 'Weekend ticket', 0, 0, 'plenty');
