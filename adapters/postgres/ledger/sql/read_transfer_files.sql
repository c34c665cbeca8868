select account, number, after, until, version, holder, bic, shops, made_at, made_by
from ledger.transfer_files
where account = $1
order by number
