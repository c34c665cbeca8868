-- Several daemons may read; the one that is ahead is remembered.
insert into working.cursors as known (name, position) values ($1, $2)
on conflict (name) do update set position = excluded.position
where known.position < excluded.position
