-- Shifts of a shop, the newest first.
select stream from views.shifts
where shop = $1
order by opened_at desc, stream desc
limit $2 offset $3
