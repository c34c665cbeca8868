"""What the back office keeps beside the ledger, in memory."""

from adapters.store.memory_office import MemoryPresence, MemorySavedViews
from web.wiring.office import Office


def memory_office() -> Office:
    """A fresh one."""
    return Office(presence=MemoryPresence(), saved_views=MemorySavedViews())
