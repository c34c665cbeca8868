select kind, provider, count(*), min(requested_at) from views.open_intents group by kind, provider
