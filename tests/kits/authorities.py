"""Clients are made by the hundred; whom this machine trusts is read once for all of them."""

from functools import cache

import httpcore2


def read_once() -> None:
    """To read it takes a client longer than to ask."""
    setattr(httpcore2, "default_ssl_context", cache(httpcore2.default_ssl_context))  # noqa: B010 (a module's own is replaced)
