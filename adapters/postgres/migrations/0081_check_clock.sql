-- A machine whose clock is wrong would ask providers for the wrong time: it appends nothing.
create function ledger.check_clock(machine timestamptz) returns void
language plpgsql stable set search_path = pg_catalog as $$
declare
    ahead constant numeric := extract(epoch from check_clock.machine - now());
begin
    if abs(ahead) > 60 then
        raise exception '%', round(ahead, 1) using errcode = 'SL001';
    end if;
end
$$;
