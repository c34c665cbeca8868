-- Which orders are whose.
create table views.account_orders (
    stream uuid not null,
    order_id uuid not null,
    account uuid not null,
    primary key (stream, order_id)
);
create index on views.account_orders (account, order_id);
create index on views.account_orders (order_id);

-- Links that were asked for to sign in, each under the SHA-256 of its code. Whose it is stands here
-- sealed by the code itself: without the letter, nobody can read it.
create table working.sign_in_links (
    code_hash bytea primary key check (octet_length(code_hash) = 32),
    sealed bytea not null,
    browser bytea not null check (octet_length(browser) = 32),
    ends_at timestamptz not null
);
create index sign_in_links_over on working.sign_in_links (ends_at);

grant select, insert, update, delete on views.account_orders to stampledger_app;
grant select, insert, update, delete on working.sign_in_links to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.account_orders to stampledger_auditor;
    end if;
end
$$;
