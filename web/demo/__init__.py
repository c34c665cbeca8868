"""The demo: every process on one machine, and an order that walks the whole way."""
