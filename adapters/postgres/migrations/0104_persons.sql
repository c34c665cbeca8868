-- Under which addresses an order's person was known, and whose data is here still.
create table views.order_addresses (
    stream uuid not null,
    email_index text not null,
    primary key (stream, email_index)
);
create index on views.order_addresses (email_index);

create table views.persons_kept (
    stream uuid not null,
    kind text not null,
    shop text not null,
    since timestamptz not null,
    primary key (stream)
);
create index on views.persons_kept (shop, since, stream);

-- All cases of an order, those that are resolved, too.
create index on views.cases (order_id);

grant select, insert, update, delete on views.order_addresses, views.persons_kept
to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.order_addresses, views.persons_kept to stampledger_auditor;
    end if;
end
$$;
