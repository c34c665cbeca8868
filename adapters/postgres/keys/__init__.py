"""Data keys in PostgreSQL, each wrapped, and destroyed when an order is forgotten."""
