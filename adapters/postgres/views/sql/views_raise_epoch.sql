insert into views.owners (name, epoch) values ($1, 1)
on conflict (name) do update set epoch = owners.epoch + 1
returning epoch
