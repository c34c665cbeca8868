-- Who is looked for by a name is found by keyed fingerprints of its beginnings (ADR 0034): what
-- they are fingerprints of stands in no table, and they go with the order's data key.
create table views.order_words (
    word bigint not null,
    placed_at timestamptz not null,
    stream uuid not null,
    shop text not null,
    primary key (word, placed_at, stream)
);
create index on views.order_words (stream);

-- Orders are paged by when they were placed, whatever they are picked by.
create index on views.order_pages (number, shop);
create index on views.order_pages (shop, placed_at, stream);
create index on views.order_pages (shop, status, placed_at, stream);
create index on views.provider_references (reference);

grant select, insert, update, delete on views.order_words to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.order_words to stampledger_auditor;
    end if;
end
$$;
