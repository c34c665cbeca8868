-- How far the projections have come, who moves them, and what they could not digest.

-- Whoever moves projections holds a session lock, and writes only while the epoch is its own.
create table views.owners (
    name text primary key,
    epoch bigint not null default 0,
    seen_at timestamptz not null default now()
);

create table views.checkpoints (
    name text primary key,
    owner text not null,
    version integer not null,
    position bigint not null,
    moved_at timestamptz not null default now()
);

-- A stream that could not be read or translated: its rows stay as they were before `position`.
create table views.stopped_lanes (
    stream uuid primary key,
    position bigint not null,
    error text not null,
    stopped_at timestamptz not null default now()
);

-- The application may not make or drop tables of ours: these two do it for projections only.
create function views.begin_rebuild(projection text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if not exists (select from views.checkpoints where name = projection)
        or to_regclass(format('views.%I', projection)) is null then
        raise exception 'there is no projection %', projection using errcode = 'undefined_table';
    end if;
    execute format('drop table if exists rebuild.%I', projection);
    execute format('create table rebuild.%I (like views.%I including all)', projection, projection);
    execute format(
        'grant select, insert, update, delete on rebuild.%I to stampledger_app', projection
    );
end
$$;

create function views.swap_in(projection text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if not exists (select from views.checkpoints where name = projection)
        or to_regclass(format('rebuild.%I', projection)) is null then
        raise exception '% was not rebuilt', projection using errcode = 'undefined_table';
    end if;
    execute format('drop table views.%I', projection);
    execute format('alter table rebuild.%I set schema views', projection);
    if to_regrole('stampledger_auditor') is not null then
        execute format('grant select on views.%I to stampledger_auditor', projection);
    end if;
end
$$;

revoke execute on function views.begin_rebuild(text), views.swap_in(text) from public;
grant execute on function views.begin_rebuild(text), views.swap_in(text) to stampledger_app;
grant select, insert, update, delete on all tables in schema views to stampledger_app;

do $$
begin
    if to_regrole('stampledger_auditor') is not null then
        grant select on all tables in schema views to stampledger_auditor;
    end if;
end
$$;
