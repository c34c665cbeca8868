"""What is due is told page by page, and by provider: each has a lane of its own."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.postgres.views.lane import EVERY, Lane
from adapters.postgres.views.queries import Views
from adapters.store.ledger import StampLedger
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.store import Append, Appended
from ledger.order.stamps import (
    Authorized,
    Cause,
    CreateCaptureRequest,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    CreateRefundRequest,
    Paid,
)
from tests.kits.histories import PRICE, WHEN, placed
from tests.kits.projector import project

FOR_EVER = datetime.max.replace(tzinfo=UTC)
OURS, THEIRS = ("stripe", "sumup")
Find = Callable[..., Sequence[UUID]]


def told(ledger: StampLedger, stream: UUID, *stamps: Any) -> None:
    cause = uuid4()
    drafts = [Draft(stream=stream, stamp=one, correlation_id=cause, actor="test") for one in stamps]
    (outcome,) = ledger.append(Append(drafts=drafts, expected={stream: 0}))
    assert isinstance(outcome, Appended)


def asked(provider: str) -> CreatePaymentRequest:
    return CreatePaymentRequest(amount=PRICE, provider=provider, account="a", live=False)


def page(name: str) -> CreatePaymentSuccess:
    return CreatePaymentSuccess(provider_reference=name, redirect_url="https://x", expires_at=WHEN)


def stamps_of(kind: str, provider: str) -> list[Any]:
    """An order that is due for a reactor."""
    name = f"x_{uuid4().hex}"
    money: dict[str, Any] = {"amount": PRICE, "provider": provider, "provider_reference": name}
    match kind:
        case "unpaid":
            return [placed(), asked(provider), page(name)]
        case "payment":
            return [placed(), asked(provider)]
        case "capture":
            later = placed(grace_period=3600)
            return [later, asked(provider), Authorized(**money), CreateCaptureRequest(**money)]
        case "reserved":
            return [placed(grace_period=3600), asked(provider), Authorized(**money)]
        case _:
            return [placed(), asked(provider), Paid(**money)]


def finds(views: Views, kind: str) -> Find:
    def intents(limit: int, *, lane: Lane, offset: int) -> Sequence[UUID]:
        found = views.open_intents(FOR_EVER, limit, kinds=(kind,), lane=lane, offset=offset)
        return [one.stream for one in found]

    def unpaid(limit: int, *, lane: Lane, offset: int) -> Sequence[UUID]:
        return views.unpaid_due(FOR_EVER, limit, lane=lane, offset=offset)

    def reserved(limit: int, *, lane: Lane, offset: int) -> Sequence[UUID]:
        return views.reservations_due(FOR_EVER, limit, lane=lane, offset=offset)

    return {
        "unpaid": unpaid,
        "reserved": reserved,
        "promised": views.promised_refunds,
    }.get(kind, intents)


@pytest.mark.parametrize("kind", ["unpaid", "payment", "capture", "reserved", "promised"])
def test_every_lane_finds_its_own_page_by_page_and_nothing_else(ledger, owned, views, kind):
    orders: dict[str, list[UUID]] = {OURS: [], THEIRS: []}
    for provider, others in ((OURS, "payment"), (THEIRS, "unpaid")):
        beside = "reserved" if kind in ("unpaid", others) else others
        told(ledger, uuid4(), *stamps_of(beside, provider))
        for _ in range(5):
            orders[provider].append(order := uuid4())
            told(ledger, order, *stamps_of(kind, provider))
            if kind == "promised":
                refund(ledger, order, provider)
    project(ledger, owned)
    find = finds(views, kind)
    for lane, mine in (
        (Lane((OURS,), others=False), orders[OURS]),
        (Lane((OURS,)), orders[THEIRS]),
        (EVERY, orders[OURS] + orders[THEIRS]),
    ):
        pages = [find(2, lane=lane, offset=offset) for offset in range(0, 16, 2)]
        flat = [one for found in pages for one in found]
        assert sorted(flat) == sorted(mine)


def refund(ledger: StampLedger, order: UUID, provider: str) -> None:
    paid = ledger.read(order)[-1]
    assert isinstance(paid.stamp, Paid)
    wish = CreateRefundRequest(
        payment=paid.correlation_id,
        payment_reference=paid.stamp.provider_reference,
        provider=provider,
        amount=PRICE,
        fee=Money(0, "EUR"),
        cause=Cause.STAFF,
    )
    draft = Draft(stream=order, stamp=wish, correlation_id=uuid4(), actor="test")
    (outcome,) = ledger.append(Append(drafts=[draft], expected={order: paid.version}))
    assert isinstance(outcome, Appended)
