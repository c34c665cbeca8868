"""The first page of the back office: what needs a person, what sells, what is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import render_template

from ledger.approvals.approval import Approval
from ledger.kernel.money import Money
from ledger.order.attendance import day_of
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.status import Status
from ledger.shop.shop import Shop
from ledger.shop.stamps import quota_id
from ledger.staff.role import Role
from projections.order_search import OrderSearch
from web.actions.door_counts import DoorToday, doors_on
from web.admin.guard import current_staff, needs, shops_here
from web.admin.sign_in import home
from web.admin.words import CASES, SEVERITIES
from web.http.addresses import now
from web.http.current import parts
from web.http.metrics import behind
from web.pages.forms import PressForm

pages = home
READERS = (Role.STAFF, Role.AUDITOR)
LETS_IN = (Role.STAFF, Role.DOOR)
# Money is back on an account within so many banking days of our asking for it.
PROMISED_DAYS = 5
_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """What a shop sold in a time: orders, those that are paid, and what came."""

    orders: int = 0
    paid: int = 0
    received: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopToday:
    """A shop at a glance. `quotas` are name, capacity, held and sold.

    `doors` are those of today, as soon as somebody came in at one.
    """

    shop: Shop
    today: Sales
    week: Sales
    quotas: Sequence[tuple[str, int, int, int]]
    doors: Sequence[DoorToday]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRefund:
    """Money that should be back by now, and since when it was asked for."""

    order: Order
    amount: Money
    asked_at: datetime


@pages.get("/")
@needs(*Role)
def index() -> str:
    """Where the back office begins. Whoever only stands at the door sees the way there."""
    reads = current_staff().may_somewhere(*READERS)
    shops = [parts().shops.get(one) for one in shops_here(*READERS)] if reads else []
    slugs = [one.slug for one in shops]
    at, homeless = now(), current_staff().may(*READERS, shop=None)
    return render_template(
        "admin/home.html",
        reads=reads,
        staff=current_staff(),
        lets_in=LETS_IN,
        may_import=current_staff().may_somewhere(Role.STAFF),
        cases=parts().views.count_desk(slugs, homeless=homeless, at=at) if reads else [],
        kinds=CASES,
        severities=SEVERITIES,
        approvals=_approvals(at) if reads else [],
        shops=_shops_today(shops, at) if reads else [],
        refunds=_late_refunds(slugs, at) if reads else [],
        disputed=_disputed(slugs),
        letters=[one for one in parts().views.count_letters(at) if one.waiting] if reads else [],
        unpaid=len(parts().views.unpaid_due(at, _MOST)) if reads else 0,
        late=behind(parts().views, at) if reads else [],
        stopped=parts().views.stopped_lanes() if reads else [],
        intents=parts().views.count_intents() if reads else [],
        promised=PROMISED_DAYS,
        form=PressForm(),
    )


def _approvals(at: datetime) -> Sequence[Approval]:
    """What waits for the yes of whoever asks for this page, the newest first."""
    me = current_staff()
    return [
        one
        for one in parts().approvals.waiting(at)
        if one.asked_by != me.actor and me.may(Role.STAFF, shop=one.request.shop)
    ]


def _shops_today(shops: Sequence[Shop], at: datetime) -> Sequence[ShopToday]:
    slugs = [one.slug for one in shops]
    quotas = [quota_id(one.id, name) for one in shops for name in one.quotas]
    seats = parts().seats(quotas) if quotas else {}
    zones = {one.slug: ZoneInfo(one.terms.timezone) for one in shops}
    found = []
    for zone in {*zones.values()}:
        here = [slug for slug in slugs if zones[slug] == zone]
        midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        monday = midnight - timedelta(days=midnight.weekday())
        today, week = _sales(here, midnight), _sales(here, monday)
        found += [
            ShopToday(
                shop=one,
                today=today.get(one.slug, Sales()),
                week=week.get(one.slug, Sales()),
                quotas=[
                    (name, *seats.get(quota_id(one.id, name), (capacity, 0, 0)))
                    for name, capacity in one.quotas.items()
                ],
                doors=_doors(one, at),
            )
            for one in shops
            if one.slug in here
        ]
    return sorted(found, key=lambda one: slugs.index(one.shop.slug))


def _doors(shop: Shop, at: datetime) -> Sequence[DoorToday]:
    found = doors_on(parts(), shop, day_of(at, shop.terms.timezone))
    return found if any(one.entered for one in found) else ()


def _sales(shops: Sequence[str], since: datetime) -> Mapping[str, Sales]:
    return {
        one.shop: Sales(
            orders=one.orders, paid=one.paid, received=Money(one.received, one.currency)
        )
        for one in parts().views.count_sales(shops, since)
    }


def _late_refunds(shops: Sequence[str], at: datetime) -> Sequence[LateRefund]:
    """Refunds that were asked for longer ago than is promised, the oldest first."""
    streams = parts().views.pending_refunds(shops, _MOST)
    latest = banking_days_before(at.date(), PROMISED_DAYS)
    found = []
    for stream, history in parts().store.read_opened(streams).items():
        order = fold(stream, history)
        for refund in order.refunds.values():
            pending, asked = refund.pending(order.currency), refund.requested_at
            if pending and asked is not None and asked.date() < latest:
                found.append(LateRefund(order=order, amount=pending, asked_at=asked))
    return sorted(found, key=lambda one: one.asked_at)


def banking_days_before(day: date, many: int) -> date:
    """The day so many banking days before one: Saturdays and Sundays are none.

    >>> str(banking_days_before(date(2027, 1, 11), 5))  # a Monday
    '2027-01-04'
    """
    while many:
        day -= timedelta(days=1)
        many -= day.weekday() < 5
    return day


def _disputed(shops: Sequence[str]) -> int:
    """How many orders are disputed at a bank just now, up to a hundred."""
    search = OrderSearch(shops=tuple(shops), status=Status.DISPUTED)
    return len(parts().views.orders(search, limit=_MOST))
