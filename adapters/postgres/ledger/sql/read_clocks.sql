-- What time it is here, and when the newest commit says that it was made.
select clock_timestamp(), (
    select recorded_at from ledger.commits order by last_position desc limit 1
)
