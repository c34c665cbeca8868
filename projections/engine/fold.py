"""Streams as they stand after a batch of stamps."""

from collections.abc import Sequence
from typing import get_args

from ledger.cases.case import Case, evolve_case
from ledger.cases.stamps import CaseStamp
from ledger.kernel.events import Recorded
from ledger.order.evolve import evolve, folded_on
from ledger.order.order import Order
from ledger.shop.shop import Shop, evolve_shop
from ledger.shop.stamps import ShopStamp
from projections.engine.projection import State

_SHOP, _CASE = get_args(ShopStamp), get_args(CaseStamp)


def begun(recorded: Recorded[object]) -> State:
    """An empty stream of the kind that this stamp belongs to."""
    if isinstance(recorded.stamp, _SHOP):
        return Shop(id=recorded.stream)
    if isinstance(recorded.stamp, _CASE):
        return Case(id=recorded.stream)
    return Order(id=recorded.stream)


def evolved(state: State, recorded: Recorded[object]) -> State:
    """The stream after one more stamp."""
    match state:
        case Order():
            return evolve(state, recorded)
        case Shop():
            return evolve_shop(state, recorded)
        case Case():
            return evolve_case(state, recorded)


def folded(history: Sequence[Recorded[object]], state: State | None = None) -> State:
    """The stream after these stamps, of which there is at least one."""
    state = begun(history[0]) if state is None else state
    if isinstance(state, Order):
        return folded_on(state, history)
    for recorded in history:
        state = evolved(state, recorded)
    return state
