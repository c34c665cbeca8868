-- Who looks after a case, and until when it was put aside.
alter table views.cases
    add column asleep_until timestamptz,
    add column keeper text not null default '';

-- Who looks at something now. It proves nothing later, and is gone soon.
create table working.presence (
    thing uuid not null,
    actor text not null,
    seen_at timestamptz not null,
    primary key (thing, actor)
);
create index presence_over on working.presence (seen_at);

-- Searches that people keep under a name: for themselves, or for everybody of a shop. Name and
-- filters are sealed: somebody may have looked for a person.
create table working.saved_views (
    id uuid primary key,
    owner text not null,
    shop text,
    sealed bytea not null,
    made_at timestamptz not null
);
create index saved_views_of_owner on working.saved_views (owner);
create index saved_views_of_shop on working.saved_views (shop) where shop is not null;

grant select, insert, update, delete on working.presence, working.saved_views to stampledger_app;
