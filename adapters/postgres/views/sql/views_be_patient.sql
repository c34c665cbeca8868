-- We read the ledger between two statements, or make an index of many rows: that takes a while.
select
    set_config('idle_in_transaction_session_timeout', '120s', true),
    set_config('statement_timeout', '30min', true)
