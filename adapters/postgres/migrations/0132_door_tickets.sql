-- Every ticket that was issued, as the doors of its shop know it.
create table views.door_tickets (
    stream uuid not null,
    number integer not null,
    shop text not null,
    product text not null,
    hash text not null,
    list_hash text not null,
    state text not null,
    inside text[] not null,
    position bigint not null,
    primary key (stream, number)
);
create index on views.door_tickets (hash);
create index on views.door_tickets (shop, position);

grant select, insert, update, delete on views.door_tickets to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.door_tickets to stampledger_auditor;
    end if;
end
$$;
