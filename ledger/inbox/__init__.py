"""What providers report: kept as it came, understood, and tied to the order it is about."""
