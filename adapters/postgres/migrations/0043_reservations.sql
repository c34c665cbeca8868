-- Authorizations that wait to be captured or voided.
create table views.reservations (
    stream uuid not null,
    kind text not null,
    attempt uuid not null,
    due_at timestamptz not null,
    primary key (stream, kind, attempt)
);
create index on views.reservations (due_at);

grant select, insert, update, delete on views.reservations to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.reservations to stampledger_auditor;
    end if;
end
$$;
