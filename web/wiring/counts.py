"""What views count: letters, questions, orders, cases and sales, as pages are told."""

from datetime import datetime
from typing import Protocol


class LetterCount(Protocol):
    """Letters in a state; `waiting` are to go out still."""

    @property
    def state(self) -> str: ...

    @property
    def waiting(self) -> bool: ...

    @property
    def many(self) -> int: ...

    @property
    def since(self) -> datetime | None: ...

    @property
    def changed_at(self) -> datetime | None: ...


class IntentCount(Protocol):
    """Questions of a kind that a provider has not answered."""

    @property
    def kind(self) -> str: ...

    @property
    def provider(self) -> str: ...

    @property
    def many(self) -> int: ...

    @property
    def since(self) -> datetime | None: ...


class AlikeOrders(Protocol):
    """Orders of a shop that are alike; amounts in minor units."""

    @property
    def fate(self) -> str: ...

    @property
    def outcome(self) -> str: ...

    @property
    def currency(self) -> str: ...

    @property
    def follows(self) -> bool: ...

    @property
    def alive(self) -> bool: ...

    @property
    def many(self) -> int: ...

    @property
    def refund(self) -> int: ...

    @property
    def by_hand(self) -> int: ...


class CaseCount(Protocol):
    """Open cases of a kind, the oldest of them opened at `since`."""

    @property
    def kind(self) -> str: ...

    @property
    def severity(self) -> str: ...

    @property
    def many(self) -> int: ...

    @property
    def since(self) -> datetime: ...


class ShopSales(Protocol):
    """What a shop sold in a time. `received` in minor units."""

    @property
    def shop(self) -> str: ...

    @property
    def currency(self) -> str: ...

    @property
    def orders(self) -> int: ...

    @property
    def paid(self) -> int: ...

    @property
    def received(self) -> int: ...
