"""A ledger, its views, and the session that owns them."""

from tests.kits.owned_views import ledger, owned, views

__all__ = ["ledger", "owned", "views"]
