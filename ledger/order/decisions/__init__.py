"""What may be stamped on an order when somebody asks, one file for each kind of asking."""
