select stream from views.cases where state = 'open' order by opened_at, stream
