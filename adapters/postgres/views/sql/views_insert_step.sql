insert into views.steps (owner, number, position) values ($1, $2, $3)
