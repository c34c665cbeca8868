insert into views.stopped_lanes (stream, position, error)
select * from unnest($1::uuid[], $2::bigint[], $3::text[])
on conflict (stream) do nothing
