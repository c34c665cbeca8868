-- Read committed: what is asked after our turn has come must see what the turn before committed.
begin isolation level read committed
