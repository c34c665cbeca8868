-- Numbers are kept at the ends of commits, nowhere else.
select position, series, number
from ledger.numbers
where not exists (select from ledger.commits where last_position = numbers.position)
order by position, series
