"""Two who say yes at once, on PostgreSQL: one is the second person, the money moves once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.approvals.stamps import ApprovalGiven
from ledger.kernel.money import Money
from ledger.kernel.refusals import ApprovalOver, LastAdmin, OwnApproval
from ledger.order.commands import RefundByHand
from ledger.order.stamps import ManualRefund
from ledger.staff.role import Grant, Role
from tests.kits.api_shop import winterfest
from tests.kits.product import Product, open_shop
from tests.kits.web_fakes import NOON
from web.actions import staff
from web.actions.approvals import approve, ask

TRIALS = 6


@pytest.fixture
def product(database: Any) -> Iterator[Product]:
    made = []

    def recorder(clock: Any) -> PostgresStampRecorder:
        made.append(PostgresStampRecorder(database.app, clock=clock))
        return made[0]

    product = open_shop(make=recorder)
    spec = winterfest()
    policy = replace(spec.preferences.cancellation, approval_above=Money(0, "EUR"))
    limited = replace(spec.preferences, cancellation=policy)
    spec = replace(spec, preferences=limited, quotas={"weekend": 50, "sauna": 2})
    product.parts.shops.import_shop(spec, actor="test", at=NOON)
    yield product
    product.store.ledger.close()


def outcome(work: Any) -> str:
    try:
        work()
    except (ApprovalOver, OwnApproval, LastAdmin) as refusal:
        return type(refusal).__name__
    return "done"


def test_of_two_who_approve_at_once_one_does(product: Product):
    for trial in range(TRIALS):
        order = UUID(product.paid().rpartition("/")[2])
        wish = RefundByHand(
            correlation_id=UUID(int=trial + 1), actor="staff:ada", at=product.clock(), reason="x"
        )
        approval = ask(product.parts, order, wish).id
        words = [
            partial(approve, product.parts, approval, actor=who)
            for who in ("staff:bob", "staff:eve", "staff:ada", "staff:bob")
        ]
        with ThreadPoolExecutor(4) as pool:
            told = [*pool.map(outcome, words)]
        assert told[2] in ("OwnApproval", "ApprovalOver")
        assert 1 <= told.count("done") <= 2  # both may be of one person, who pressed twice
        history = product.parts.orders.history(order)
        assert sum(isinstance(one.stamp, ManualRefund) for one in history) == 1
        stamps = product.parts.store.read(approval)
        (given,) = [one for one in stamps if isinstance(one.stamp, ApprovalGiven)]
        assert given.actor != "staff:ada"


def admin(product: Product, name: str) -> UUID:
    grant = Grant(role=Role.ADMIN)
    email = f"{name}@example.org"
    return staff.invite(product.parts, email=email, grant=grant, actor="test").member.id


def test_two_admins_who_remove_each_other_at_once_leave_one(product: Product):
    left = admin(product, "ada")
    for trial in range(TRIALS):
        pair = (left, admin(product, f"bob{trial}"))
        removals = [partial(staff.remove, product.parts, one, actor="test") for one in pair]
        with ThreadPoolExecutor(2) as pool:
            told = [*pool.map(outcome, removals)]
        assert sorted(told) == ["LastAdmin", "done"]
        left = pair[told.index("LastAdmin")]
        assert product.parts.staff.get(left).runs_everything
