"""What the product is made of, wired: the web, the worker and the commands are handed these."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.audit.check_evidence import KeptBesideStamps
from ledger.audit.raw_rows import AuditedRows
from ledger.audit.verify import Shares
from ledger.cases.service import Cases
from ledger.inbox.intake import Intake
from ledger.inbox.ports import Evidence, Inbox, WebhookDoor
from ledger.inbox.replay_inbox import Archived, Opened
from ledger.kernel.clocks import Clocks
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.kernel.store import StampStore
from ledger.order.policy import BankAccount
from ledger.order.service import Orders
from ledger.payments.payment_pages import OpenPages, PageProvider
from ledger.payments.provider import Providers
from ledger.reconciliation.by_report import Reported
from ledger.reconciliation.records import Books
from ledger.shop.service import Shops
from web.http.access import Tokens
from web.wiring.settings import Settings
from web.wiring.views import Views


class Store(StampStore, Protocol):
    """The ledger as the web reads it."""

    def head(self) -> tuple[int, bytes]: ...

    def find(self, correlation_id: UUID, type: str, *, occurrence: str = "") -> Recorded | None: ...

    def stored(self) -> AuditedRows: ...

    def feed(self, after: int, *, limit: int) -> Sequence[Recorded]: ...

    def read_opened(self, streams: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded]]: ...

    def clocks(self) -> Clocks: ...

    def last_numbers(self, series: Sequence[str]) -> Mapping[str, int]: ...


class Archive(Inbox, Protocol):
    """The inbox as commands use it."""

    def find(self, provider: str, provider_event_id: str, body: bytes) -> Evidence | None: ...

    def archive(self, since: datetime | None) -> Iterator[Archived]: ...

    def named(self, provider: str, provider_event_id: str) -> Archived | None: ...

    def open(self, id: UUID) -> Opened | None: ...


class Keyring(Protocol):
    """Keyed fingerprints: the same input, the same answer; without the key they tell nothing."""

    def blind_index(self, email: str) -> str: ...

    def keyed_hash(self, content: bytes) -> str: ...


class Auditors(Protocol):
    """Further processes that verify, each a share of the ledger's streams."""

    def __call__(
        self, count: int, *, hashes_only: bool
    ) -> AbstractContextManager[Shares | None]: ...


@contextmanager
def alone(count: int = 1, *, hashes_only: bool = False) -> Iterator[None]:
    """Where no further process can be started, one does all."""
    yield None


class Hit(Protocol):
    """One use: true while it is allowed; how many more are, and in how many seconds all again."""

    @property
    def left(self) -> int: ...

    @property
    def seconds(self) -> int: ...

    def __bool__(self) -> bool: ...


class TransferSvg(Protocol):
    """A bank transfer as a picture for a page; empty where there is none."""

    def __call__(
        self, account: BankAccount, *, amount: Money, reference: str, title: str
    ) -> str: ...


def no_picture(account: BankAccount, *, amount: Money, reference: str, title: str) -> str:
    """Where nobody draws, the words say it all."""
    return ""


class Limits(Protocol):
    """How often a thing may be done, counted across processes."""

    def hit(self, key: str, *, per_seconds: int, limit: int) -> Hit:
        """True while it may be done once more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything a request, a reactor or a command may use."""

    settings: Settings
    clock: Callable[[], datetime]
    store: Store
    orders: Orders
    shops: Shops
    cases: Cases
    providers: Providers
    doors: Mapping[str, WebhookDoor]
    keyring: Keyring
    seats: Callable[[Sequence[UUID]], Mapping[UUID, tuple[int, int, int]]]
    views: Views
    inbox: Archive
    limits: Limits
    tokens: Tokens
    auditors: Auditors = alone
    calls: Callable[[], Mapping[tuple[str, str, str], int]] = dict
    evidence: KeptBesideStamps | None = None
    transfer_svg: TransferSvg = no_picture
    aside: Callable[[Callable[[], None]], None] = lambda errand: errand()
    books: Mapping[str, Books] = field(default_factory=dict)
    pages: Mapping[str, PageProvider] = field(default_factory=dict)
    reported: Mapping[str, Reported] = field(default_factory=dict)


def intake(parts: Parts) -> Intake:
    """What takes in news that we fetched."""
    return Intake(
        orders=parts.orders,
        cases=parts.cases,
        find=parts.views.order_of,
        archive=parts.inbox,
        doors=parts.doors,
        clock=parts.clock,
    )


def open_pages(parts: Parts) -> OpenPages:
    """What looks at payment pages and closes them."""
    return OpenPages(providers=parts.providers, looked_at=parts.pages, intake=intake(parts))
