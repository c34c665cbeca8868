"""What both sides tell of one payment, refund or dispute, in the same words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from ledger.inbox.intake import Message
from ledger.kernel.money import Money
from ledger.reconciliation.unread import Unread


class Kind(StrEnum):
    """What a record is about. Payments come first: refunds and disputes are about one."""

    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"


class State(StrEnum):
    """How far it came: a dispute that was lost is done, one that was won has failed.

    A payment that is only authorized is under way; voided or lapsed, it has failed.
    """

    UNDER_WAY = "under_way"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirRecord:
    """One thing as the provider has it. `message` is what its webhook would have brought.

    `names` are those that we gave it, where the provider tells them.
    """

    kind: Kind
    reference: str
    amount: Money
    state: State
    at: datetime
    message: Message
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OurRecord:
    """The same thing as the stamps of an order tell it."""

    kind: Kind
    reference: str
    amount: Money
    state: State
    at: datetime
    order: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From a moment (included) to another (excluded)."""

    since: datetime
    until: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.since <= moment < self.until


# How long a payment or refund may be under way: a slow one is filed by when it was begun.
LOOKBACK = timedelta(days=8)


class ProviderAway(Exception):
    """The provider cannot be asked just now. The text holds no secret."""


class NotShown(Exception):
    """The provider may have it, but shows it to nobody who asks for it by its name."""


class Holder(Protocol):
    """Whose books these are: other money is not compared with them."""

    @property
    def name(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def live(self) -> bool: ...


class Books(Holder, Protocol):
    """What reconciling needs of a provider, and nothing more. Both calls raise `ProviderAway`.

    One object that cannot be read is told as such, and keeps no other from being told.
    `names_orders` says whether a payment in them tells whose it is, as we named it.
    """

    names_orders: bool

    def records(self, period: Period) -> Iterator[TheirRecord | Unread]:
        """Every payment with money taken or kept ready, every refund and dispute of a period.

        Also what was begun up to `LOOKBACK` earlier, where it is filed by its beginning.
        """
        ...

    def record(self, kind: Kind, reference: str) -> TheirRecord | Unread | None:
        """One of them by the provider's name of it, from any time; None when there is none.

        Raises `NotShown` where nobody can know.
        """
        ...
