-- A projection that joins others which have come further has everything to be rebuilt: version 0.
insert into views.checkpoints (name, owner, version, position)
select
    given.name, $1, case when others.position > 0 then 0 else given.version end, others.position
from unnest($2::text[], $3::integer[]) as given (name, version)
cross join (
    select coalesce(max(position), 0) as position from views.checkpoints where owner = $1
) as others
on conflict (name) do nothing
