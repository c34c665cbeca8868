-- A rebuild that was broken off leaves nothing: half-filled tables would only take room.
create function views.abandon_rebuild() returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    leftover text;
begin
    for leftover in
        select relname from pg_class
        where relnamespace = 'rebuild'::regnamespace and relkind = 'r'
    loop
        execute format('drop table rebuild.%I', leftover);
    end loop;
end
$$;

revoke execute on function views.abandon_rebuild() from public;
grant execute on function views.abandon_rebuild() to stampledger_app;
