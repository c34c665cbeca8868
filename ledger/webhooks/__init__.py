"""Outgoing webhooks: where the events of a shop's orders are sent, and when again."""
