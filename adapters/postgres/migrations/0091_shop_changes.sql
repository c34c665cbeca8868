-- Shops that were cancelled or moved, and their orders as those have followed.
create table views.shop_changes (
    stream uuid not null,
    kind text not null,
    starts_at timestamptz not null,
    primary key (stream)
);
create table views.shop_orders (
    stream uuid not null,
    shop uuid not null,
    provider text not null,
    fate text not null,
    outcome text not null,
    currency text not null,
    refund bigint not null,
    by_hand bigint not null,
    alive boolean not null,
    starts_at timestamptz not null,
    primary key (stream)
);
-- Also for shops of which nothing is to follow: it says so at once.
create index on views.shop_orders (shop, starts_at) where alive;
create index on views.shop_orders (shop);

grant select, insert, update, delete on views.shop_changes, views.shop_orders
to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.shop_changes, views.shop_orders to stampledger_auditor;
    end if;
end
$$;
