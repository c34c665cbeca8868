-- Whoever moves these projections waits until our transaction ends.
select epoch from views.owners where name = $1 for update
