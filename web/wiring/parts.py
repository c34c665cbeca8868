"""What the product is made of, wired: the web, the worker and the commands are handed these."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from ledger.accounts.service import Accounts
from ledger.approvals.service import Approvals
from ledger.audit.check_tree import KeptBesideStamps
from ledger.audit.raw_rows import AuditedRows
from ledger.audit.verify import Shares
from ledger.cases.service import Cases
from ledger.grants.fulfilment import Fulfilment
from ledger.grants.keeper import DestinationCheck, VoucherKeeper
from ledger.grants.service import Grantees
from ledger.grants.stamps import Destination, Place
from ledger.inbox.ports import Evidence, Inbox, WebhookDoor
from ledger.inbox.receive import Intake
from ledger.inbox.replay_inbox import Archived, Opened
from ledger.kernel.clocks import Clocks
from ledger.kernel.events import Recorded
from ledger.kernel.store import StampStore
from ledger.order.order import Order
from ledger.order.service import Orders
from ledger.order.tickets import TicketCode
from ledger.payments.payment_pages import OpenPages, PageProvider
from ledger.payments.provider import Providers
from ledger.reconciliation.by_reference import Reported
from ledger.reconciliation.payouts import PayoutBooks
from ledger.reconciliation.records import Books
from ledger.shop.service import Shops
from ledger.staff.service import StaffMembers
from ledger.statements.entry import BankStatement
from ledger.statements.transfers import RefundTransfer, TransferFile
from ledger.vouchers.service import Vouchers
from ledger.waiting_list.service import WaitingList
from projections.cases import CaseRow
from projections.order_search import OrderPage, OrderSearch
from projections.reports.forms import ReportFile
from web.wiring import letters
from web.wiring.catalogue import CatalogueViews
from web.wiring.counts import AlikeOrders, CaseCount, IntentCount, LetterCount, ShopSales
from web.wiring.derived import Behind, Difference, Stopped
from web.wiring.door import DoorSeal, DoorViews
from web.wiring.grants import GranteeViews
from web.wiring.office import Office
from web.wiring.persons import OpenedMessage, PersonViews, nobody
from web.wiring.reports import Reports
from web.wiring.settings import Settings
from web.wiring.staff import CredentialStore
from web.wiring.statements import StatementMarks, TransferFiles, TransferSvg, no_picture
from web.wiring.visitors import (
    AccountViews,
    Carts,
    Passkeys,
    Pictures,
    Sessions,
    SignInLinks,
    SignInPost,
)
from web.wiring.waiting_list import PlaceLinks, PlacePost, WaitingViews
from web.wiring.webhooks import WebhookEndpoints, WebhookSender

_S = TypeVar("_S")


class Store(StampStore, Protocol):
    """The ledger as the web reads it."""

    def head(self) -> tuple[int, bytes]: ...

    def find(
        self, correlation_id: UUID, kind: type[_S], *, occurrence: str = ""
    ) -> Recorded[_S] | None: ...

    def stored(self) -> AuditedRows: ...

    def feed(self, after: int, *, limit: int) -> Sequence[Recorded[object]]: ...

    def read_opened(self, streams: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded[object]]]: ...

    def clocks(self) -> Clocks: ...

    def last_numbers(self, series: Sequence[str]) -> Mapping[str, int]: ...


class Archive(Inbox, Protocol):
    """The inbox as commands use it."""

    def find(self, provider: str, provider_event_id: str, body: bytes) -> Evidence | None: ...

    def archive(self, since: datetime | None) -> Iterator[Archived]: ...

    def named(self, provider: str, provider_event_id: str) -> Archived | None: ...

    def open(self, id: UUID) -> Opened | None: ...

    def opened_since(self, since: datetime, until: datetime) -> Iterator[OpenedMessage]: ...

    def uncited(self, until: datetime, limit: int) -> Sequence[UUID]: ...


class Keyring(Protocol):
    """Keyed fingerprints: the same input, the same answer; without the key they tell nothing."""

    def blind_index(self, email: str) -> str: ...

    def blind_word(self, term: str) -> int: ...

    def keyed_hash(self, content: bytes) -> str: ...

    def ticket_hash(self, code: str) -> str: ...

    @property
    def door_seal(self) -> DoorSeal: ...

    def seal_note(self, subject: UUID, plaintext: bytes) -> bytes: ...

    def open_note(self, subject: UUID, sealed: bytes) -> bytes | None: ...


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


class KeptToken(Protocol):
    """What is asked of a kept token, however it is kept."""

    @property
    def name(self) -> str: ...

    @property
    def role(self) -> str: ...

    @property
    def shop(self) -> str | None: ...

    @property
    def expires_at(self) -> datetime | None: ...


class Tokens(Protocol):
    """What the door needs of kept tokens, and nothing more."""

    def find(self, digest: str) -> KeptToken | None:
        """The token whose SHA-256 (hexadecimal) this is."""
        ...


class Limits(Protocol):
    """How often a thing may be done, counted across processes."""

    def hit(self, key: str, *, per_seconds: int, limit: int) -> Hit:
        """True while it may be done once more."""
        ...


class Views(
    AccountViews, CatalogueViews, DoorViews, GranteeViews, PersonViews, WaitingViews, Protocol
):
    """They may lag behind the ledger by a moment: decisions ask the ledger."""

    def shifts(self, shop: str, limit: int, *, offset: int = 0) -> Sequence[UUID]:
        """Everybody's shifts at the tills of a shop, the newest first."""
        ...

    def cases(self, state: str = "open") -> Sequence[CaseRow]:
        """The cases in a state (open or resolved), oldest first."""
        ...

    def desk(
        self,
        state: str,
        shops: Sequence[str],
        *,
        homeless: bool,
        at: datetime,
        limit: int,
        keeper: str | None = None,
    ) -> Sequence[CaseRow]:
        """Cases about orders of these shops, and those of no shop if wanted: the worst first.

        A state is open, asleep (put aside, and not back at this time) or resolved.
        """
        ...

    def count_desk(
        self, shops: Sequence[str], *, homeless: bool, at: datetime
    ) -> Sequence[CaseCount]:
        """How many of them are open and not put aside, by kind."""
        ...

    def cases_about(self, order: UUID) -> Sequence[CaseRow]:
        """The open cases about one order, the oldest first."""
        ...

    def count_sales(self, shops: Sequence[str], since: datetime) -> Sequence[ShopSales]:
        """What these shops sold since a time."""
        ...

    def pending_refunds(self, shops: Sequence[str], limit: int) -> Sequence[UUID]:
        """Orders of these shops with money that is on its way back."""
        ...

    def count_cases(self) -> Sequence[tuple[str, str, str, int]]:
        """Kind, severity, state, how many."""
        ...

    def order_of(self, provider: str, reference: str) -> UUID | None:
        """The order that a provider's name belongs to, if it is one."""
        ...

    def orders(self, search: OrderSearch, *, limit: int = 50) -> Sequence[OrderPage]:
        """A page of the orders that are looked for, newest first."""
        ...

    def orders_called(
        self, text: str, *, number: int | None, shops: Sequence[str], limit: int = 50
    ) -> Sequence[OrderPage]:
        """Orders of these shops with this number, identifier or reference, a provider's, too."""
        ...

    def order_of_person(self, shop: str, number: int, email_index: str) -> UUID | None:
        """The order of this number, if it is of this person."""
        ...

    def unpaid_due(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Orders whose time to pay is over."""
        ...

    def count_shop_orders(self, shop: UUID) -> Sequence[AlikeOrders]:
        """How many orders of a shop are as one another, with what goes back of them."""
        ...

    def checkpoints(self) -> Sequence[Behind]:
        """How far each projection has come."""
        ...

    def stopped_lanes(self) -> Sequence[Stopped]:
        """The streams that stand still."""
        ...

    def count_letters(self, now: datetime) -> Sequence[LetterCount]:
        """How many letters there are, by state."""
        ...

    def count_intents(self) -> Sequence[IntentCount]:
        """How many questions to providers are open, by kind and provider."""
        ...

    def pending_migrations(self) -> Sequence[str]:
        """What `migrate` would apply."""
        ...

    def diff(self, *, progress: Callable[[int, int], None]) -> Iterator[Difference]:
        """Every row that is not as derived from the ledger, of one moment."""
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
    carts: Carts
    sessions: Sessions
    passkeys: Passkeys
    staff: StaffMembers
    approvals: Approvals
    vouchers: Vouchers
    credentials: CredentialStore
    pictures: Pictures
    sign_in_links: SignInLinks
    accounts: Accounts
    fulfilment: Fulfilment
    waiting: WaitingList
    place_links: PlaceLinks
    office: Office
    webhooks: WebhookEndpoints
    send_webhook: WebhookSender
    reports: Reports
    report_file: ReportFile
    statement_marks: StatementMarks
    read_statements: Callable[[bytes], Sequence[BankStatement]]
    transfer_files: TransferFiles
    draw_tickets: Callable[[int], tuple[TicketCode, ...]]
    transfer_xml: Callable[[TransferFile, Sequence[RefundTransfer]], bytes]
    auditors: Auditors = alone
    calls: Callable[[], Mapping[tuple[str, str, str], int]] = dict
    evidence: KeptBesideStamps | None = None
    transfer_svg: TransferSvg = no_picture
    letter_text: letters.LetterText = letters.no_letter
    letter_look: letters.LetterLook = letters.no_look
    receipt_html: letters.ReceiptHtml = letters.no_receipt
    ticket_pdf: Callable[[Order, int | None], bytes | None] = lambda order, only: None
    ticket_svg: Callable[[str, str], str] = lambda code, title: ""
    event_ics: Callable[[Order], bytes] = lambda order: b""
    send_sign_in_link: SignInPost | None = None
    send_place_link: PlacePost | None = None
    send_letter_test: letters.LetterTest | None = None
    aside: Callable[[Callable[[], None]], None] = lambda errand: errand()
    books: Mapping[str, Books] = field(default_factory=dict)
    pages: Mapping[str, PageProvider] = field(default_factory=dict)
    mailbox: Callable[[str], int] = nobody
    reported: Mapping[str, Reported] = field(default_factory=dict)
    payouts: Mapping[str, PayoutBooks] = field(default_factory=dict)
    check_destination: Callable[[Destination], DestinationCheck] | None = None

    @property
    def grantees(self) -> Grantees:
        """The people on shops' lists."""
        return self.fulfilment.grantees

    @property
    def voucher_keepers(self) -> Mapping[Place, VoucherKeeper]:
        """Who else keeps their vouchers."""
        return self.fulfilment.keepers


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
