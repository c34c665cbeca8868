"""The stored name of every stamp, and its newest version, as the stamps declare them."""

from collections.abc import Mapping
from typing import get_args

from ledger.accounts.stamps import AccountStamp
from ledger.approvals.stamps import ApprovalStamp
from ledger.cases.stamps import CaseStamp
from ledger.grants.stamps import GrantStamp, ProgrammeStamp
from ledger.kernel.events import declared
from ledger.news.stamps import NewsStamp
from ledger.order.stamps import OrderStamp
from ledger.shop.stamps import ShopStamp
from ledger.staff.stamps import StaffStamp
from ledger.till.stamps import TillStamp
from ledger.vouchers.stamps import VoucherStamp
from ledger.waiting_list.stamps import PlaceStamp

AnyStamp = (
    OrderStamp
    | ShopStamp
    | CaseStamp
    | StaffStamp
    | ApprovalStamp
    | TillStamp
    | AccountStamp
    | VoucherStamp
    | GrantStamp
    | ProgrammeStamp
    | PlaceStamp
    | NewsStamp
)

NAMES: Mapping[type, tuple[str, int]] = {
    kind: (declared(kind).name, declared(kind).version) for kind in get_args(AnyStamp)
}
STORED: Mapping[str, tuple[type[AnyStamp], int]] = {
    name: (kind, version) for kind, (name, version) in NAMES.items()
}
