"""What readers ask of the projections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.connections import Connections
from adapters.postgres.migrate import pending
from adapters.postgres.statements import statement
from adapters.postgres.views.cases import CaseQueries
from adapters.postgres.views.door import DoorQueries
from adapters.postgres.views.grantees import GranteeQueries
from adapters.postgres.views.lane import EVERY, Lane
from adapters.postgres.views.mailings import MailingQueries
from adapters.postgres.views.owner import Checkpoint
from adapters.postgres.views.persons import PersonQueries
from adapters.postgres.views.shifts import ShiftQueries
from adapters.postgres.views.tables import row_of
from adapters.postgres.views.vouchers import VoucherQueries
from adapters.postgres.views.waiting_list import WaitingQueries
from projections.open_intents import OpenIntent
from projections.order_search import OrderPage, OrderSearch, Place
from projections.product_sales import PieceCount, SeatHolder


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedLane:
    """A stream whose rows no longer follow, since the stamp at `position`."""

    stream: UUID
    position: int
    error: str
    stopped_at: datetime


_INTENTS = ("payment", "refund", "capture", "void")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCount:
    """Letters in a state; `waiting` are to go out still. The oldest is called for since `since`."""

    state: str
    waiting: bool
    many: int
    since: datetime | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentCount:
    """Questions of a kind that a provider has not answered, the oldest asked at `since`."""

    kind: str
    provider: str
    many: int
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOrderCount:
    """Orders of a shop that are alike. `follows`: they have not followed its change yet.

    `refund` goes back through providers, `by_hand` by people; in minor units.
    """

    fate: str
    outcome: str
    currency: str
    follows: bool
    alive: bool
    many: int
    refund: int
    by_hand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesCount:
    """What a shop sold in a time. `received` in minor units; `paid` counts free orders, too."""

    shop: str
    currency: str
    orders: int
    paid: int
    received: int


class Views(
    CaseQueries,
    PersonQueries,
    DoorQueries,
    GranteeQueries,
    ShiftQueries,
    VoucherQueries,
    WaitingQueries,
    MailingQueries,
):
    """Reads views. They may lag behind the ledger by a moment: decisions ask the ledger."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @classmethod
    def at(cls, url: str) -> "Views":
        """Views of a database, on connections of their own."""
        return cls(Connections(url))

    def pulse(self, now: datetime, begun_before: datetime) -> tuple[tuple[int, int], Sequence[str]]:
        """Where the ledger ends and how far its rows are; for whom something may be due."""
        ((ledger, rows, due),) = self._read("views_read_pulse", now, begun_before)
        return (ledger, rows), due

    def count_letters(self, now: datetime) -> Sequence[LetterCount]:
        """How many letters there are, by state."""
        return [row_of(LetterCount, values) for values in self._read("views_count_letters", now)]

    def count_intents(self) -> Sequence[IntentCount]:
        """How many questions are open, by kind and provider."""
        return [row_of(IntentCount, values) for values in self._read("views_count_intents")]

    def find_reference(self, provider: str, reference: str) -> tuple[UUID, UUID] | None:
        """The order and the payment attempt that a provider's name belongs to, if it is one."""
        found = self._read("views_find_reference", provider, reference)
        return (found[0][0], found[0][1]) if len(found) == 1 else None

    def order_of(self, provider: str, reference: str) -> UUID | None:
        """The order that a provider's name belongs to, if it is one."""
        found = self.find_reference(provider, reference)
        return found[0] if found else None

    def order_of_person(self, shop: str, number: int, email_index: str) -> UUID | None:
        """The order of this number, if it is of this person."""
        found = self._read("views_find_order_of_person", shop, number, email_index)
        return found[0][0] if found else None

    def orders_of_account(
        self,
        account: UUID,
        *,
        claimed: Sequence[UUID],
        after: tuple[datetime, UUID] | None,
        limit: int,
    ) -> Sequence[tuple[UUID, datetime]]:
        """The orders of an account, the newest first, with the time when each was placed."""
        placed_at, order = after or (None, None)
        return self._read("views_read_account_orders", account, [*claimed], placed_at, order, limit)

    def orders_of_nobody(self, email_index: str, *, limit: int) -> Sequence[UUID]:
        """Orders with an address that belong to no account, the newest first."""
        return [row[0] for row in self._read("views_read_orders_of_nobody", email_index, limit)]

    def pending_migrations(self) -> Sequence[str]:
        """What `migrate` would apply."""
        with self._connections.asking() as connection:
            return pending(connection)

    def due_letters(
        self,
        now: datetime,
        limit: int = 500,
        *,
        pauses: Sequence[int] = (0,),
        lease: int = 0,
        offset: int = 0,
    ) -> Sequence[UUID]:
        """Orders that may owe a letter; those that waited longest first.

        `pauses` are the minutes after each try, `lease` those that a claim is good for.
        """
        found = self._read("views_read_due_letters", now, limit, [*pauses], lease, offset)
        return [order for (order,) in found]

    def open_intents(
        self,
        older_than: datetime,
        limit: int = 500,
        *,
        kinds: Sequence[str] = _INTENTS,
        lane: Lane = EVERY,
        offset: int = 0,
    ) -> Sequence[OpenIntent]:
        """Questions to providers asked at or before a time, and not answered."""
        found = self._read(
            "views_read_open_intents", older_than, limit, [*kinds], *lane.chosen, offset
        )
        return [row_of(OpenIntent, values) for values in found]

    def unpaid_due(
        self, now: datetime, limit: int = 500, *, lane: Lane = EVERY, offset: int = 0
    ) -> Sequence[UUID]:
        """Orders whose time to pay is over."""
        found = self._read("views_read_unpaid_due", now, limit, *lane.chosen, offset)
        return [order for (order,) in found]

    def shop_orders_due(
        self, limit: int = 500, *, lane: Lane = EVERY, offset: int = 0
    ) -> Sequence[UUID]:
        """Orders whose shop was cancelled or moved, and that have not followed yet."""
        found = self._read("views_read_shop_orders_due", limit, *lane.chosen, offset)
        return [order for (order,) in found]

    def count_shop_orders(self, shop: UUID) -> Sequence[ShopOrderCount]:
        """How many orders of a shop are as one another, with what goes back of them."""
        found = self._read("views_count_shop_orders", shop)
        return [row_of(ShopOrderCount, values) for values in found]

    def paid_orders(self, after: UUID, limit: int) -> Sequence[UUID]:
        """Orders that are paid, or free and confirmed, page by page in the order of their names."""
        found = self._read("views_read_paid_orders", after, limit)
        return [order for (order,) in found]

    def promised_refunds(
        self, limit: int = 500, *, lane: Lane = EVERY, offset: int = 0
    ) -> Sequence[UUID]:
        """Orders with money that is on its way back."""
        found = self._read("views_read_promised_refunds", limit, *lane.chosen, offset)
        return [order for (order,) in found]

    def reservations_due(
        self, now: datetime, limit: int = 500, *, lane: Lane = EVERY, offset: int = 0
    ) -> Sequence[UUID]:
        """Orders with an authorization that is to be captured or voided."""
        found = self._read("views_read_reservations_due", now, limit, *lane.chosen, offset)
        return [order for (order,) in found]

    def orders(self, search: OrderSearch, *, limit: int = 50) -> Sequence[OrderPage]:
        """A page of the orders that are looked for, newest first."""
        every = [
            [*search.shops],
            *search.before,
            search.since,
            [*search.products],
            [*search.flags],
            limit,
        ]
        if search.words:
            first, *others = search.words
            return self._pages("views_read_orders_of_words", *every, first, others, search.status)
        if search.status:
            return self._pages("views_read_orders_of_status", *every, search.status)
        return self._pages("views_read_orders", *every)

    def orders_called(
        self, text: str, *, number: int | None, shops: Sequence[str], limit: int = 50
    ) -> Sequence[OrderPage]:
        """Orders of these shops with this number, identifier or reference, a provider's, too."""
        reference = "".join(text.split()).upper()
        parameters = [*shops], number, reference, text.strip(), _uuid(text.strip()), limit
        return self._pages("views_read_orders_named", *parameters)

    def _pages(self, name: str, *parameters: Any) -> Sequence[OrderPage]:
        """Planned for these values: which index serves depends on them."""
        with self._connections.asking() as connection:
            found = connection.execute(statement(name), parameters, prepare=False).fetchall()
        return [row_of(OrderPage, values) for values in found]

    def count_sales(self, shops: Sequence[str], since: datetime) -> Sequence[SalesCount]:
        """What these shops sold since a time."""
        found = self._read("views_count_sales", [*shops], since)
        return [row_of(SalesCount, values) for values in found]

    def pending_refunds(self, shops: Sequence[str], limit: int) -> Sequence[UUID]:
        """Orders of these shops with money that is on its way back."""
        found = self._read("views_read_pending_refunds", [*shops], limit)
        return [order for (order,) in found]

    def count_pieces(self, shop: str) -> Sequence[PieceCount]:
        """What was ordered of each product of a shop, by revision."""
        return [row_of(PieceCount, values) for values in self._read("views_count_pieces", shop)]

    def seat_holders(self, quota: UUID, before: Place, limit: int) -> Sequence[SeatHolder]:
        """The orders that take seats of a quota, the newest first, from a place on."""
        found = self._read("views_read_seat_holders", quota, *before, limit)
        return [row_of(SeatHolder, values) for values in found]

    def checkpoints(self) -> Sequence[Checkpoint]:
        """How far each projection has come."""
        return [Checkpoint.of(values) for values in self._read("views_read_checkpoints")]

    def stopped_lanes(self) -> Sequence[StoppedLane]:
        """The streams that could not be translated."""
        return [row_of(StoppedLane, values) for values in self._read("views_read_stopped_lanes")]

    def rebuilding(self) -> Sequence[str]:
        """The projections that are being rebuilt just now."""
        return [name for (name,) in self._read("views_read_rebuilding")]

    def seats(self, quotas: Sequence[UUID]) -> Mapping[UUID, tuple[int, int, int]]:
        """(capacity, held, sold) by quota, from the totals kept in each commit: never behind."""
        return {quota: tuple(of) for quota, *of in self._read("read_seats", [*quotas])}

    def summed_seats(self, quotas: Sequence[UUID]) -> Mapping[UUID, tuple[int, int, int]]:
        """(capacity, held, sold) by quota, summed from what each order takes."""
        return {quota: tuple(of) for quota, *of in self._read("views_sum_seats", [*quotas])}

    def close(self) -> None:
        """Let go of all connections."""
        self._connections.close()

    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self._connections.asking() as connection:
            return connection.execute(statement(name), parameters).fetchall()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
