insert into views.checkpoints (name, owner, version, position)
select name, $1, version, 0
from unnest($2::text[], $3::integer[]) as given (name, version)
on conflict (name) do nothing
