-- Shifts at tills, whoever opened them: people, programs and commands.
create table views.shifts (
    stream uuid primary key,
    shop text not null,
    actor text not null,
    opened_at timestamptz not null
);
create index on views.shifts (shop, opened_at desc, stream desc);

grant select, insert, update, delete on views.shifts to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.shifts to stampledger_auditor;
    end if;
end
$$;
