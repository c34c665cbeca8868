-- How far projections have come: a row more per batch, and the newest counts. Nothing is updated,
-- so that an open snapshot leaves no former versions in the way of whoever looks.
create table views.steps (
    owner text not null,
    number bigint not null,
    position bigint not null,
    seen_at timestamptz not null default clock_timestamp(),
    primary key (owner, number)
);
insert into views.steps (owner, number, position)
select owner, 1, max(position) from views.checkpoints group by owner;

alter table views.checkpoints drop column position, drop column moved_at;
alter table views.owners drop column seen_at;

grant select, insert, delete on views.steps to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on views.steps to stampledger_auditor;
    end if;
end
$$;
