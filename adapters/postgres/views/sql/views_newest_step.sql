select number, position from views.steps where owner = $1 order by number desc limit 1
