"""Which streams reports are made of, and what each adds to them as it stands."""

from collections.abc import Mapping

from ledger.grants.grantee import Grantee
from ledger.grants.stamps import PersonListed
from ledger.order.order import Order
from ledger.order.stamps import OrderPlaced
from ledger.vouchers.stamps import VoucherIssued
from ledger.vouchers.voucher import Voucher
from ledger.waiting_list.place import WaitingPlace
from ledger.waiting_list.stamps import PlaceTaken
from projections.engine.projection import State
from projections.reports.figures import Counted, Figure, figures
from projections.reports.line_figures import figures_of_place
from projections.reports.voucher_figures import figures_of_person, figures_of_voucher

# What such a stream begins with.
BEGINNINGS = (OrderPlaced, PersonListed, VoucherIssued, PlaceTaken)


def figures_of(state: State) -> Mapping[Figure, Counted]:
    """All figures of a stream that are not zero; none of those that add nothing."""
    match state:
        case Order():
            return figures(state)
        case Grantee():
            return figures_of_person(state)
        case Voucher():
            return figures_of_voucher(state)
        case WaitingPlace():
            return figures_of_place(state)
        case _:
            return {}


def shop_of(state: State) -> str:
    """The shop that a stream's figures are of; empty before it is known."""
    match state:
        case Order():
            return state.terms.shop_slug if state.placed is not None else ""
        case Grantee():
            return state.listed.shop_slug if state.listed is not None else ""
        case Voucher():
            return state.issued.shop_slug if state.issued is not None else ""
        case WaitingPlace():
            return state.taken.shop_slug if state.taken is not None else ""
        case _:
            return ""
