"""The door. Flask pages, the JSON API and the providers' webhooks."""
