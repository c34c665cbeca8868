-- Who came in and left with each ticket, by door and day.
create table views.door_visits (
    stream uuid not null,
    number integer not null,
    day text not null,
    door text not null,
    shop text not null,
    product text not null,
    entered integer not null,
    went integer not null,
    primary key (stream, number, day, door)
);
create index on views.door_visits (shop, day);

grant select, insert, update, delete on views.door_visits to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.door_visits to stampledger_auditor;
    end if;
end
$$;
