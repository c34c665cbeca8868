"""Calls to providers: counted by outcome, and only so many at a time at each of them.

A dozen calls that hang at one provider leave room for everybody else's.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from copy import copy
from threading import BoundedSemaphore, Lock
from typing import Any, TypeVar

from ledger.order.stamps import (
    CreateCaptureFailure,
    CreatePaymentFailure,
    CreateRefundFailure,
    CreateVoidFailure,
)
from ledger.payments.provider import NoAnswer, ProviderAway

_T = TypeVar("_T")

# At once, in one process, and how many seconds one more waits for its turn.
AT_ONCE, PATIENCE = 12, 5.0
_CALLS = (
    "create_payment",
    "recover_payment",
    "expire_payment",
    "page",
    "refund",
    "find_refund",
    "capture",
    "void",
    "authorization",
)
# A page is closed whatever else is under way.
_UNGATED = ("expire_payment",)
_REFUSALS = (CreatePaymentFailure, CreateRefundFailure, CreateCaptureFailure, CreateVoidFailure)
# Provider, call, outcome.
Called = tuple[str, str, str]


class ProviderCalls:
    """How often each provider was asked for what, and what came of it, since the start."""

    def __init__(self) -> None:
        self._counted, self._lock = Counter[Called](), Lock()

    def read(self) -> Mapping[Called, int]:
        """A copy of the figures."""
        with self._lock:
            return dict(self._counted)

    def count(self, called: Called) -> None:
        """One more."""
        with self._lock:
            self._counted[called] += 1

    def watched(self, provider: _T, *, at_once: int = AT_ONCE, patience: float = PATIENCE) -> _T:
        """The same provider, whose calls are counted, and wait while too many are under way."""
        gate = _Gate(self, str(getattr(provider, "name", "")), BoundedSemaphore(at_once), patience)
        seen = copy(provider)
        for name in _CALLS:
            if hasattr(provider, name):
                setattr(seen, name, gate.through(provider, name))
        return seen


class _Gate:
    """The way to one provider."""

    def __init__(
        self, calls: ProviderCalls, provider: str, room: BoundedSemaphore, patience: float
    ) -> None:
        self._calls, self._provider = calls, provider
        self._room, self._patience = room, patience

    def through(self, provider: object, name: str) -> Callable[..., Any]:
        """A method that goes this way."""
        ask: Callable[..., Any] = getattr(provider, name)

        def call(*given: Any, **named: Any) -> Any:
            if name in _UNGATED:
                return self._counted(name, ask, *given, **named)
            if not self._room.acquire(timeout=self._patience):
                self._calls.count((self._provider, name, "busy"))
                return _busy(name)
            try:
                return self._counted(name, ask, *given, **named)
            finally:
                self._room.release()

        return call

    def _counted(self, name: str, ask: Callable[..., Any], *given: Any, **named: Any) -> Any:
        outcome = "error"
        try:
            answer = ask(*given, **named)
            outcome = _outcome(answer)
            return answer
        except ProviderAway:
            outcome = "no_answer"
            raise
        finally:
            self._calls.count((self._provider, name, outcome))


def _outcome(answer: object) -> str:
    if isinstance(answer, NoAnswer):
        return answer.person or "no_answer"
    return "refused" if answer is False or isinstance(answer, _REFUSALS) else "answered"


def _busy(name: str) -> NoAnswer:
    """What a call comes to that found no room: nothing was asked."""
    reason = "too many calls wait for this provider"
    if name == "page":
        raise ProviderAway(reason)
    return NoAnswer(reason)
