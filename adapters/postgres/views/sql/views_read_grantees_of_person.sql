select stream from views.grantees
where person_index = $1 and person_index <> ''
order by stream
