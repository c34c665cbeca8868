-- Who is on a shop's list of people who are given vouchers, and what is to be done for them.
create table views.grantees (
    stream uuid not null primary key,
    shop text not null,
    kind text not null,
    state text not null,
    person_index text not null,
    list_reference text not null,
    voucher text not null,
    voucher_kind text not null,
    place text not null,
    organizer text not null,
    event text not null,
    provider_reference text not null,
    code_index text not null,
    uses bigint not null,
    worth bigint,
    currency text,
    trouble text not null,
    letter text not null,
    letter_due boolean not null,
    work_due_at timestamptz,
    listed_at timestamptz not null,
    issued_at timestamptz
);
create index on views.grantees (shop, listed_at, stream);
create index on views.grantees (work_due_at, stream) where work_due_at is not null;
create index on views.grantees (stream) where letter_due;
create index on views.grantees (person_index) where person_index <> '';
create index on views.grantees (code_index) where code_index <> '';
create index on views.grantees (organizer, event, provider_reference) where place = 'pretix';

grant select, insert, update, delete on views.grantees to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.grantees to stampledger_auditor;
    end if;
end
$$;
