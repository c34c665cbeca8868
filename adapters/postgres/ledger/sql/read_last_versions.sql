-- Of each stream, the version of the last row up to a position.
select distinct on (stream) stream, version
from ledger.stamps
where stream = any($1::uuid[]) and position <= $2
order by stream, position desc
