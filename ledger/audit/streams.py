"""Streams as they stand while the ledger is walked; those not seen for long are read again."""

from collections import OrderedDict
from typing import get_args
from uuid import UUID

from ledger.audit.rows import LedgerRows, recorded
from ledger.case import Case, evolve_case
from ledger.case_stamps import CaseStamp
from ledger.codec import Unreadable
from ledger.order.evolve import evolve
from ledger.order.state import Order
from ledger.recorded import Recorded
from ledger.shop import Shop, evolve_shop
from ledger.shop_stamps import ShopStamp
from ledger.stamps import OrderStamp

State = Order | Shop | Case
_KINDS: dict[type, type[State]] = {
    **dict.fromkeys(get_args(OrderStamp), Order),
    **dict.fromkeys(get_args(ShopStamp), Shop),
    **dict.fromkeys(get_args(CaseStamp), Case),
}
# What a fold raises over stamps that no decider of ours could have written.
UNFIT = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class Misplaced(ValueError):
    """A stamp of one kind of stream stands in a stream of another kind."""


def kind_of(one: Recorded) -> type[State]:
    """Which kind of stream a stamp belongs to."""
    return _KINDS[type(one.stamp)]


def begun(one: Recorded) -> State:
    """An empty stream of the kind that this stamp belongs to."""
    return kind_of(one)(id=one.stream)


def evolved(state: State, one: Recorded) -> State:
    """The stream after one more stamp; raises `Misplaced`, or what the fold raises."""
    if kind_of(one) is not type(state):
        raise Misplaced(f"a stamp of kind {kind_of(one).__name__} in a stream of another kind")
    match state:
        case Order():
            return evolve(state, one)
        case Shop():
            return evolve_shop(state, one)
        case Case():
            return evolve_case(state, one)


class Streams:
    """Every stream as it stands. At most `most` are kept; the longest unasked go first."""

    def __init__(self, rows: LedgerRows, *, most: int = 20_000) -> None:
        self._rows, self._most = rows, most
        self._kept: OrderedDict[UUID, State] = OrderedDict()

    def before(self, one: Recorded) -> State:
        """The stream just before this stamp."""
        known = self._kept.get(one.stream)
        if known is not None:
            return known
        return begun(one) if one.version <= 1 else self._read_again(one)

    def keep(self, state: State) -> None:
        """Remember how a stream stands."""
        self._kept[state.id] = state
        self._kept.move_to_end(state.id)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def _read_again(self, one: Recorded) -> State:
        """Stamps that cannot be read or folded were found where they stand; here they are left."""
        state = None
        for row in self._rows.stream(one.stream, until=one.position - 1):
            try:
                earlier = recorded(row)
                state = evolved(begun(earlier) if state is None else state, earlier)
            except (Unreadable, *UNFIT):
                continue
        return begun(one) if state is None else state
