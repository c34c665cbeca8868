-- Nobody writes without the epoch; the row stays locked, and as it is, until the write is committed.
select epoch from views.owners where name = $1 and epoch = $2 for update
