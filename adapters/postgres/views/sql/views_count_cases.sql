select kind, severity, state, count(*) from views.cases group by kind, severity, state
