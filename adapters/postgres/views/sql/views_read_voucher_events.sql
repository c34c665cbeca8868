select distinct organizer, event from views.grantees
where place = 'pretix'
order by organizer, event
