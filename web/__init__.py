"""The door. Flask pages, the JSON API and the providers' webhooks."""

__version__ = "0.1.0"
