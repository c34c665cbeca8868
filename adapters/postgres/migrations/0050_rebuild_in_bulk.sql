-- A rebuild fills a bare table and makes its indexes when the rows are there: once, not row by row.

create or replace function views.begin_rebuild(projection text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if not exists (select from views.checkpoints where name = projection)
        or to_regclass(format('views.%I', projection)) is null then
        raise exception 'there is no projection %', projection using errcode = 'undefined_table';
    end if;
    execute format('drop table if exists rebuild.%I', projection);
    execute format(
        'create table rebuild.%I (like views.%I including all excluding indexes)',
        projection, projection
    );
    execute format(
        'grant select, insert, update, delete on rebuild.%I to stampledger_app', projection
    );
end
$$;

-- The same keys and indexes as the live table has.
create function views.index_rebuilt(projection text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    made text;
begin
    if to_regclass(format('rebuild.%I', projection)) is null then
        raise exception '% was not rebuilt', projection using errcode = 'undefined_table';
    end if;
    for made in
        select format('alter table rebuild.%I add %s', projection, pg_get_constraintdef(oid))
        from pg_constraint
        where conrelid = format('views.%I', projection)::regclass and contype in ('p', 'u')
    loop
        execute made;
    end loop;
    for made in
        select regexp_replace(
            pg_get_indexdef(indexrelid), ' INDEX \S+ ON \S+ ', format(' INDEX ON rebuild.%I ', projection)
        )
        from pg_index
        where indrelid = format('views.%I', projection)::regclass
            and not exists (select from pg_constraint where conindid = indexrelid)
    loop
        execute made;
    end loop;
    execute format('analyze rebuild.%I', projection);
end
$$;

revoke execute on function views.index_rebuilt(text) from public;
grant execute on function views.index_rebuilt(text) to stampledger_app;
