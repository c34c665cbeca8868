"""Outgoing webhooks over HTTP: signed, to public addresses, with nothing kept of the answer."""
