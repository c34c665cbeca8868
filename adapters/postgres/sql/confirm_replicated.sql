-- Its commit waits for the standby, and with it for every commit before it.
select pg_logical_emit_message(true, 'stampledger', '')
