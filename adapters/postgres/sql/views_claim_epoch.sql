-- Nobody writes without the epoch; the row stays locked until the write is committed.
update views.owners set seen_at = clock_timestamp()
where name = $1 and epoch = $2
returning epoch
