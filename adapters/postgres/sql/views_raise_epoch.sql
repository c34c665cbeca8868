insert into views.owners (name, epoch, seen_at) values ($1, 1, clock_timestamp())
on conflict (name) do update set epoch = owners.epoch + 1, seen_at = excluded.seen_at
returning epoch
