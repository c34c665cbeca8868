-- Between two numbers: rows that are gone are not looked for again, even if a snapshot keeps them.
delete from views.steps where owner = $1 and number > $2 and number <= $3
