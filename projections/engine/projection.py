"""A projection: a function from a stream to rows, its columns, and how it is folded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol, get_args
from uuid import UUID

from ledger.accounts.account import Account, evolve_account
from ledger.accounts.stamps import AccountStamp
from ledger.approvals.approval import Approval, evolve_approval
from ledger.approvals.stamps import ApprovalStamp
from ledger.cases.case import Case, evolve_case
from ledger.cases.stamps import CaseStamp
from ledger.grants.grantee import Grantee, evolve_grantee
from ledger.grants.programme import GrantProgramme, evolve_programme
from ledger.grants.stamps import GrantsSetUp, GrantStamp
from ledger.kernel.events import Recorded
from ledger.news.reader import NewsReader, evolve_reader
from ledger.news.stamps import NewsStamp
from ledger.order.evolve import evolve, folded_on
from ledger.order.letter_delivery import LetterStamp
from ledger.order.order import Order
from ledger.shop.shop import Shop, evolve_shop
from ledger.shop.stamps import ShopStamp
from ledger.staff.member import StaffMember, evolve_member
from ledger.staff.stamps import StaffStamp
from ledger.till.shift import Shift, evolve_shift
from ledger.till.stamps import TillStamp
from ledger.vouchers.stamps import VoucherStamp
from ledger.vouchers.voucher import Voucher, evolve_voucher, fold_voucher_on
from ledger.waiting_list.place import WaitingPlace, evolve_place
from ledger.waiting_list.stamps import PlaceStamp

_LARGEST = 2**63 - 1
# What becomes of a letter changes few rows, and two of an order's five stamps tell nothing else.
OF_LETTERS: frozenset[type] = frozenset(get_args(LetterStamp))


def column(value: int) -> int:
    """A whole number, or the nearest that a column holds.

    >>> column(3500), column(10**30) == 2**63 - 1
    (3500, True)
    """
    return max(-_LARGEST, min(value, _LARGEST))


State = (
    Order
    | Shop
    | Case
    | StaffMember
    | Approval
    | Account
    | Voucher
    | Grantee
    | GrantProgramme
    | WaitingPlace
    | Shift
    | NewsReader
)


class Row(Protocol):
    """A frozen dataclass. Its stream owns it: when the stream moves, its rows are replaced."""

    @property
    def stream(self) -> UUID: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A name, which is its table's too; a version, raised when the rows change; the translation.

    `key` names the columns that tell apart the rows of one stream. Kinds of streams that are not
    in `rows` have none.

    `entries` are for what is kept of every moment: what each stamp adds to the rows of its stream,
    from how that stood before (None: it begins) and after. What was added stays as it is.

    `still` are stamps that change none of these rows, and add none: after them nothing is worked
    out again, where the rows before them are remembered.
    """

    name: str
    version: int
    row: type
    key: tuple[str, ...]
    rows: Mapping[type, Callable[[Any], Sequence[Row]]]
    entries: Mapping[type, Callable[[Any, Any, Recorded[object]], Sequence[Row]]] = field(
        default_factory=dict
    )
    still: frozenset[type] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table, in the order of the row's fields."""
        return tuple(one.name for one in fields(self.row))

    def rows_of(self, state: State) -> tuple[Row, ...]:
        """The rows that a stream calls for as it stands: the same ones in the same order."""
        translate = self.rows.get(type(state))
        return tuple(translate(state)) if translate else ()

    def key_of(self, row: Row) -> tuple[str, ...]:
        """What tells this row apart from the others of its projection."""
        return str(row.stream), *(str(getattr(row, name)) for name in self.key)


_SHOP, _CASE = get_args(ShopStamp), get_args(CaseStamp)
_STAFF, _APPROVAL = get_args(StaffStamp), get_args(ApprovalStamp)
_GRANT = get_args(GrantStamp)
_TILL, _NEWS = get_args(TillStamp), get_args(NewsStamp)
_ACCOUNT, _VOUCHER = get_args(AccountStamp), get_args(VoucherStamp)
_PLACE = get_args(PlaceStamp)


def begun(recorded: Recorded[object]) -> State:  # noqa: C901 (a dispatching chain)
    """An empty stream of the kind that this stamp belongs to."""
    if isinstance(recorded.stamp, _SHOP):
        return Shop(id=recorded.stream)
    if isinstance(recorded.stamp, _CASE):
        return Case(id=recorded.stream)
    if isinstance(recorded.stamp, _STAFF):
        return StaffMember(id=recorded.stream)
    if isinstance(recorded.stamp, _APPROVAL):
        return Approval(id=recorded.stream)
    if isinstance(recorded.stamp, _ACCOUNT):
        return Account(id=recorded.stream)
    if isinstance(recorded.stamp, _VOUCHER):
        return Voucher(id=recorded.stream)
    if isinstance(recorded.stamp, GrantsSetUp):
        return GrantProgramme(id=recorded.stream)
    if isinstance(recorded.stamp, _GRANT):
        return Grantee(id=recorded.stream)
    if isinstance(recorded.stamp, _PLACE):
        return WaitingPlace(id=recorded.stream)
    if isinstance(recorded.stamp, _TILL):
        return Shift(id=recorded.stream)
    if isinstance(recorded.stamp, _NEWS):
        return NewsReader(id=recorded.stream)
    return Order(id=recorded.stream)


def evolved(state: State, recorded: Recorded[object]) -> State:  # noqa: C901 (a dispatching match)
    """The stream after one more stamp."""
    match state:
        case Order():
            return evolve(state, recorded)
        case Shop():
            return evolve_shop(state, recorded)
        case Case():
            return evolve_case(state, recorded)
        case StaffMember():
            return evolve_member(state, recorded)
        case Approval():
            return evolve_approval(state, recorded)
        case Shift():
            return evolve_shift(state, recorded)
        case Account():
            return evolve_account(state, recorded)
        case Voucher():
            return evolve_voucher(state, recorded)
        case Grantee():
            return evolve_grantee(state, recorded)
        case GrantProgramme():
            return evolve_programme(state, recorded)
        case WaitingPlace():
            return evolve_place(state, recorded)
        case NewsReader():
            return evolve_reader(state, recorded)


def folded(history: Sequence[Recorded[object]], state: State | None = None) -> State:
    """The stream after these stamps, of which there is at least one."""
    state = begun(history[0]) if state is None else state
    if isinstance(state, Order):
        return folded_on(state, history)
    if isinstance(state, Voucher):
        return fold_voucher_on(state, history)
    for recorded in history:
        state = evolved(state, recorded)
    return state
