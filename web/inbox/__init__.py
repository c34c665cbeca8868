"""Where providers' webhooks come in."""
