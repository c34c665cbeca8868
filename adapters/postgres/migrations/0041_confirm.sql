-- What a committer took for granted is confirmed in its own transaction, before it inserts.

create function ledger.confirm(size bigint, root bytea, streams uuid[], versions bigint[])
returns void language plpgsql stable as $$
declare
    head record;
begin
    select last_position, commits.root into head
    from ledger.commits order by last_position desc limit 1;
    if head.last_position is distinct from confirm.size or head.root <> confirm.root then
        raise exception 'another committer was faster' using errcode = 'serialization_failure';
    end if;
    perform from unnest(confirm.streams, confirm.versions) as given (stream, version)
    where given.version <> coalesce((
        select stamps.version from ledger.stamps
        where stamps.stream = given.stream
        order by stamps.version desc
        limit 1
    ), 0);
    if found then
        raise exception 'a stream has moved on' using errcode = 'serialization_failure';
    end if;
end
$$;
