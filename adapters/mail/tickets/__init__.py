"""The tickets of an order on paper, and its event for a calendar."""
