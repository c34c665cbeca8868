"""Whose data is here still, and since when nothing has happened: until retention ends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from ledger.accounts.account import Account
from ledger.cases.case import Case
from ledger.grants.grantee import Grantee
from ledger.order.order import Order
from ledger.order.retention import over_since, person_is_here
from ledger.waiting_list.place import WaitingPlace
from projections.engine.projection import Projection

Kept = Literal["order", "account", "case", "place", "listed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKept:
    """A stream that can be opened. `shop` says whose rule counts; it is empty where it is nobody's.

    `since` is when it was over, or may be: an order that is open counts from its last stamp, and
    is refused when its time has come.
    """

    stream: UUID
    kind: Kept
    shop: str
    since: datetime


def of_order(order: Order) -> Sequence[PersonKept]:
    """One row until its person is erased; again when more was told of it afterwards."""
    if not person_is_here(order):
        return ()
    shop, since = order.terms.shop_slug, over_since(order)
    return (PersonKept(stream=order.id, kind="order", shop=shop, since=since),)


def of_account(account: Account) -> Sequence[PersonKept]:
    """One row, for as long as somebody could sign in."""
    if account.erased_at is not None or account.changed_at is None:
        return ()
    since = account.changed_at
    return (PersonKept(stream=account.id, kind="account", shop="", since=since),)


def of_case(case: Case) -> Sequence[PersonKept]:
    """Of a case about no order, once it is resolved; the others go with their orders."""
    if case.erased or case.opened is None or case.about_order is not None:
        return ()
    if case.state != "resolved" or case.resolved_at is None:
        return ()
    return (PersonKept(stream=case.id, kind="case", shop="", since=case.resolved_at),)


def of_place(place: WaitingPlace) -> Sequence[PersonKept]:
    """Of a place in line, once its owner waits no longer."""
    if place.taken is None or place.erased or place.ended_at is None:
        return ()
    shop = place.taken.shop_slug
    return (PersonKept(stream=place.id, kind="place", shop=shop, since=place.ended_at),)


def of_grantee(grantee: Grantee) -> Sequence[PersonKept]:
    """Of whoever is on a list of people with vouchers, also of a row that names nobody by address.

    It is over with the last that happened, and not before a voucher of theirs is.
    """
    if grantee.listed is None or grantee.erased or grantee.changed_at is None:
        return ()
    ends = (one.destination.valid_until for one in grantee.vouchers if one.lives)
    since = max([grantee.changed_at, *(one for one in ends if one is not None)])
    shop = grantee.listed.shop_slug
    return (PersonKept(stream=grantee.id, kind="listed", shop=shop, since=since),)


PERSONS_KEPT = Projection(
    name="persons_kept",
    version=3,
    row=PersonKept,
    key=(),
    rows={
        Order: of_order,
        Account: of_account,
        Case: of_case,
        WaitingPlace: of_place,
        Grantee: of_grantee,
    },
)
