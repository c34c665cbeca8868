"""Whose orders are whose, as PostgreSQL answers after the projections have moved."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from ledger.accounts.account import account_id
from ledger.accounts.stamps import AccountOpened, OrdersClaimed
from tests.kits.histories import placed
from tests.kits.projector import append, project

ADA, BOB = "a" * 64, "b" * 64
MINE, THEIRS = account_id(ADA, 1), account_id(BOB, 1)


def opened(index: str) -> AccountOpened:
    return AccountOpened(email_index=index, generation=1, language="en", email="x@example.org")


def test_an_account_lists_what_it_placed_and_claimed_and_no_more(
    ledger: Any, owned: Any, views: Any
):
    bought, claimed, free, foreign = (uuid4() for _ in range(4))
    append(ledger, bought, placed(account=MINE, email_index=BOB))
    append(ledger, claimed, placed(email_index=ADA))
    append(ledger, free, placed(email_index=ADA))
    append(ledger, foreign, placed(account=THEIRS, email_index=ADA))
    append(ledger, MINE, opened(ADA), OrdersClaimed(orders=(claimed,)))
    project(ledger, owned)

    def listed(**more: Any) -> list[Any]:
        told: dict[str, Any] = {"claimed": [], "after": None, "limit": 10} | more
        return [one for one, _ in views.orders_of_account(MINE, **told)]

    assert {*listed()} == {claimed, bought}
    assert {*listed(claimed=[free])} == {bought, claimed, free}
    assert {*views.orders_of_nobody(ADA, limit=10)} == {free}
    assert views.orders_of_nobody(BOB, limit=10) == []


def test_pages_of_a_list_neither_overlap_nor_leave_out(ledger: Any, owned: Any, views: Any):
    orders = [uuid4() for _ in range(7)]
    for one in orders:
        append(ledger, one, placed(account=MINE))
    project(ledger, owned)
    seen, after = [], None
    while page := views.orders_of_account(MINE, claimed=[], after=after, limit=3):
        seen += [order for order, _ in page]
        after = (page[-1][1], page[-1][0])
    assert len(seen) == 7
    assert {*seen} == {*orders}
    later = (after[0] + timedelta(days=1), after[1]) if after else None
    assert len(views.orders_of_account(MINE, claimed=[], after=later, limit=10)) == 7
