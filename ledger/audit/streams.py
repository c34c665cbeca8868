"""Streams as they stand while the ledger is walked; those not seen for long are read again."""

from collections import OrderedDict
from typing import get_args
from uuid import UUID

from ledger.accounts.account import Account, evolve_account
from ledger.accounts.stamps import AccountStamp
from ledger.approvals.approval import Approval, evolve_approval
from ledger.approvals.stamps import ApprovalStamp
from ledger.cases.case import Case, evolve_case
from ledger.cases.stamps import CaseStamp
from ledger.codec import Unreadable
from ledger.codec.rows import LedgerRows, recorded
from ledger.grants.grantee import Grantee, evolve_grantee
from ledger.grants.programme import GrantProgramme, evolve_programme
from ledger.grants.stamps import GrantStamp, ProgrammeStamp
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Recorded
from ledger.news.reader import NewsReader, evolve_reader
from ledger.news.stamps import NewsStamp
from ledger.order.evolve import evolve
from ledger.order.order import Order
from ledger.order.stamps import OrderStamp
from ledger.shop.shop import Shop, evolve_shop
from ledger.shop.stamps import ShopStamp
from ledger.staff.member import StaffMember, evolve_member
from ledger.staff.stamps import StaffStamp
from ledger.till.shift import Shift, evolve_shift
from ledger.till.stamps import TillStamp
from ledger.vouchers.stamps import VoucherStamp
from ledger.vouchers.voucher import Voucher, evolve_voucher
from ledger.waiting_list.place import WaitingPlace, evolve_place
from ledger.waiting_list.stamps import PlaceStamp

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
_KINDS: dict[type, type[State]] = {
    **dict.fromkeys(get_args(OrderStamp), Order),
    **dict.fromkeys(get_args(ShopStamp), Shop),
    **dict.fromkeys(get_args(CaseStamp), Case),
    **dict.fromkeys(get_args(StaffStamp), StaffMember),
    **dict.fromkeys(get_args(ApprovalStamp), Approval),
    **dict.fromkeys(get_args(TillStamp), Shift),
    **dict.fromkeys(get_args(VoucherStamp), Voucher),
    **dict.fromkeys(get_args(GrantStamp), Grantee),
    **dict.fromkeys(get_args(ProgrammeStamp), GrantProgramme),
    **dict.fromkeys(get_args(AccountStamp), Account),
    **dict.fromkeys(get_args(PlaceStamp), WaitingPlace),
    **dict.fromkeys(get_args(NewsStamp), NewsReader),
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


def kind_of(one: Recorded[object]) -> type[State]:
    """Which kind of stream a stamp belongs to."""
    return _KINDS[type(one.stamp)]


def begun(one: Recorded[object]) -> State:
    """An empty stream of the kind that this stamp belongs to."""
    return kind_of(one)(id=one.stream)


def evolved(  # noqa: C901 (a dispatching match)
    state: State, one: Recorded[object]
) -> State:
    """The stream after one more stamp; raises `Misplaced`, or what the fold raises."""
    if kind_of(one) is not type(state) and not isinstance(one.stamp, Erased):
        raise Misplaced(f"a stamp of kind {kind_of(one).__name__} in a stream of another kind")
    match state:
        case Order():
            return evolve(state, one)
        case Shop():
            return evolve_shop(state, one)
        case Case():
            return evolve_case(state, one)
        case StaffMember():
            return evolve_member(state, one)
        case Approval():
            return evolve_approval(state, one)
        case Shift():
            return evolve_shift(state, one)
        case Account():
            return evolve_account(state, one)
        case Voucher():
            return evolve_voucher(state, one)
        case Grantee():
            return evolve_grantee(state, one)
        case GrantProgramme():
            return evolve_programme(state, one)
        case WaitingPlace():
            return evolve_place(state, one)
        case NewsReader():
            return evolve_reader(state, one)


class Streams:
    """Every stream as it stands. At most `most` are kept; the longest unasked go first."""

    def __init__(self, rows: LedgerRows, *, most: int = 20_000) -> None:
        self._rows, self._most = rows, most
        self._kept: OrderedDict[UUID, State] = OrderedDict()

    def before(self, one: Recorded[object]) -> State:
        """The stream just before this stamp."""
        known = self._kept.get(one.stream)
        if known is not None:
            return known
        return begun(one) if one.version <= 1 else self._read_again(one)

    def keep(self, state: State) -> None:
        """Remember how a stream stands."""
        self._kept[state.id] = state
        self._kept.move_to_end(state.id)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def _read_again(self, one: Recorded[object]) -> State:
        """Stamps that cannot be read or folded were found where they stand; here they are left."""
        state = None
        for row in self._rows.stream(one.stream, until=one.position - 1):
            try:
                earlier = recorded(row)
                state = evolved(begun(earlier) if state is None else state, earlier)
            except (Unreadable, *UNFIT):
                continue
        return begun(one) if state is None else state
