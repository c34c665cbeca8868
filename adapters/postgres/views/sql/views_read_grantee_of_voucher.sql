select stream from views.grantees
where place = 'pretix' and organizer = $1 and event = $2 and provider_reference = $3
