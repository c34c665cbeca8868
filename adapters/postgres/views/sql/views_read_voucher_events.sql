-- An empty word asks for all shops.
select distinct organizer, event from views.grantees
where place = 'pretix' and ($1 = '' or shop = $1)
order by organizer, event
