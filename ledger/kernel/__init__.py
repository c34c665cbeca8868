"""What everything stands on: events and their identity, the port of the store, money, refusals."""
