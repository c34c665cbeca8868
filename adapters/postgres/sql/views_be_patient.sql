-- We read the ledger between two statements, and that takes a while.
set local idle_in_transaction_session_timeout = '120s'
