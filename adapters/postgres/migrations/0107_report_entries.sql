-- What each stamp added to the figures of its order. Sums of them are reports, as of any position.
create table views.report_entries (
    stream uuid not null,
    position bigint not null,
    nth integer not null,
    at timestamptz not null,
    since timestamptz not null,
    shop text not null,
    kind text not null,
    outcome text not null,
    provider text not null,
    method text not null,
    product text not null,
    revision integer not null,
    rate text not null,
    currency text not null,
    many bigint not null,
    amount bigint not null,
    vat bigint not null,
    primary key (stream, position, nth)
);
create index on views.report_entries (shop, kind, at);

grant select, insert, update, delete on views.report_entries to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.report_entries to stampledger_auditor;
    end if;
end
$$;
