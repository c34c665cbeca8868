-- The vouchers of our own shops: how often each was used, and until when seats are kept for it.
create table views.vouchers (
    stream uuid not null primary key,
    shop text not null,
    issued_at timestamptz not null,
    uses bigint not null,
    taken bigint not null,
    kept bigint not null,
    valid_until timestamptz,
    over_at timestamptz,
    revoked boolean not null
);
create index on views.vouchers (shop, issued_at, stream);
create index on views.vouchers (over_at, stream) where over_at is not null;

grant select, insert, update, delete on views.vouchers to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.vouchers to stampledger_auditor;
    end if;
end
$$;
