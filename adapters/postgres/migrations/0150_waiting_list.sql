-- Who waits in which line, and who has seats until when.
create table views.waiting_list (
    stream uuid primary key,
    shop text not null,
    product text not null,
    quantity bigint not null,
    email_index text not null,
    state text not null,
    rank bigint not null,
    taken_at timestamptz not null,
    until timestamptz,
    look_at timestamptz
);
create index on views.waiting_list (shop, product, rank) where state in ('waiting', 'held');
create index on views.waiting_list (look_at);
create index on views.waiting_list (email_index);

-- Wishes for a place whose address is not proven yet, each under the SHA-256 of its link's code.
-- Whose it is stands here sealed by the code itself: without the letter, nobody can read it.
create table working.place_links (
    code_hash bytea primary key check (octet_length(code_hash) = 32),
    sealed bytea not null,
    ends_at timestamptz not null
);
create index place_links_over on working.place_links (ends_at);

grant select, insert, update, delete on views.waiting_list to stampledger_app;
grant select, insert, update, delete on working.place_links to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.waiting_list to stampledger_auditor;
    end if;
end
$$;
