"""The one conflict loop: read, decide, append, and all of it again when somebody was faster."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from ledger.kernel.refusals import Busy
from ledger.kernel.store import Conflict

PATIENCE = 25
_T = TypeVar("_T")


def again_on_conflict(
    stream: UUID,
    attempt: Callable[[], _T | Conflict],
    *,
    forget: Callable[[], object] = lambda: None,
) -> _T:
    """What an attempt came to that met no conflict; raises `Busy` about its stream in the end.

    An attempt must read anew what it decides on; `forget` what is remembered of it in between.
    """
    for _ in range(PATIENCE):
        outcome = attempt()
        if not isinstance(outcome, Conflict):
            return outcome
        forget()
    raise Busy(stream)
