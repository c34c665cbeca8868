select first_position, last_position, recorded_at, frontier, root
from ledger.commits
where last_position > $1
order by last_position
limit $2
