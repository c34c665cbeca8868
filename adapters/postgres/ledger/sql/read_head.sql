select last_position, frontier, root, recorded_at
from ledger.commits
order by last_position desc
limit 1
