-- For the auditor, who walks by position.
select position, series, number
from ledger.numbers
where position > $1 and position <= $2
