-- What was ordered of each product, by revision.
create table views.product_sales (
    stream uuid not null,
    product text not null,
    revision bigint not null,
    shop text not null,
    ordered bigint not null,
    held bigint not null,
    sold bigint not null,
    primary key (stream, product, revision)
);
create index on views.product_sales (shop, product, revision) include (ordered, held, sold);

grant select, insert, update, delete on views.product_sales to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.product_sales to stampledger_auditor;
    end if;
end
$$;
