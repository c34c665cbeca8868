"""One order: its state, what it may do, what it owes."""
