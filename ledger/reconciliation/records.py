"""What both sides tell of one payment, refund or dispute, in the same words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID

from ledger.kernel.money import Money
from ledger.payments.provider import Message

# How whoever waits is told how far it is: what is being done, and at which number.
Tell = Callable[[str, int], None]
PAYOUT, REPORT = "payout", "report"
_LONGEST = 100
_LARGEST = 10**18


def silent(_: str, __: int) -> None:
    """Nobody watches."""


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
class Unread:
    """One thing on record that nobody can read: told by its name, so that a person looks.

    `kind` is that of a record, `PAYOUT` or `REPORT`.
    `reference` is the provider's name of it, as far as it tells one that can be shown.
    """

    kind: str
    reference: str
    why: str


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
# How long after it was made a payout may fail that was told as paid: five business days after it is
# on its way, where a provider says so, with holidays between.
MAY_FAIL = timedelta(days=30)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a provider's report. `names` are ours: whoever has one of them is told about.

    `number` is the provider's own name of the row, by which people find it there; `at` is as exact
    as the report is. `fees` are in major units, because a provider's fees know parts of a cent;
    `settlement` is the provider's payout that it came with, empty while it has not; `reference` its
    name of the payment or refund, where a row tells that, and not a name of ours. With `again` a
    refund that was kept back, and failed, comes after all.
    """

    number: str
    kind: Kind
    names: Sequence[str]
    amount: Money
    state: State
    at: datetime
    said: str
    fees: Decimal = Decimal(0)
    settlement: str = ""
    reference: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One payout of the provider's. `bank_reference` is what the bank account shows it by.

    `settled_at` is None while it is under way. Of one that `failed` nothing reached the account: it
    has none either, or no row of it is told as done. `amount` is what reached it, after fees and
    everything else, where that is told; less than nothing if the provider took from the account.
    `untold` is why nobody tells what it is made of.
    """

    id: str
    bank_reference: str
    settled_at: datetime | None
    amount: Money | None = None
    failed: bool = False
    untold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideOrders:
    """What came with a payout, or was kept back from it, and is no order's payment or refund.

    `what` is the provider's word for it; `amount` is less than nothing where it was kept back.
    """

    reference: str
    what: str
    amount: Money


PayoutRow = Row | BesideOrders | Unread


@runtime_checkable
class RefundBooks(Protocol):
    """Books that tell of what a message left in doubt."""

    def refunds_of(self, payment: str) -> Iterator[TheirRecord | Unread]:
        """Every refund of one payment, whoever made it.

        Raises `ledger.payments.provider.ProviderAway`.
        """
        ...


def name_in(thing: object, *keys: str) -> str:
    """The first of these values that can name a thing; empty where none can.

    >>> name_in({"id": None, "charge": "ch_1"}, "id", "charge"), name_in(["id"], "id")
    ('ch_1', '')
    """
    told = thing if isinstance(thing, dict) else {}
    return next((found for key in keys if (found := _shown(told.get(key)))), "")


def _shown(value: object) -> str:
    if type(value) is int and abs(value) < _LARGEST:
        return str(value)
    short = isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()
    return str(value) if short else ""
