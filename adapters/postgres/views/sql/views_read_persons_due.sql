-- Whose data was over by a time, by one shop's rule: the next after the last of the page before.
select stream, kind, shop, since from views.persons_kept
where shop = $1 and since <= $2 and (since, stream) > ($3, $4::uuid)
order by since, stream
limit $5
