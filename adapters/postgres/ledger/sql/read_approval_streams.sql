-- What was asked for since then, the newest first. Served by a partial index.
select stream from ledger.stamps
where type = 'APPROVAL_REQUESTED' and recorded_at > $1
order by recorded_at desc
limit 200
