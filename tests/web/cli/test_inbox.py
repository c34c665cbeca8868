"""The archive read again: the same stamps and no new effects, or what is missing."""

import json
import random
from datetime import timedelta
from typing import Any

import pytest

from ledger.cases.stamps import CaseKind, CaseOpened, CaseResolved, Severity
from ledger.kernel.events import Draft
from ledger.kernel.store import Append
from ledger.order.status import status
from tests.kits.stripe_shop import StripeShop, stripe_shop
from web.cli.inbox import inbox
from web.cli.reconcile import reconcile


@pytest.fixture
def shop(tmp_path):
    with stripe_shop(tmp_path) as shop:
        yield shop


def reread(shop: StripeShop, *words: str, status: int) -> dict[str, Any]:
    done = shop.run(inbox, "reread", "--json", *words)
    assert done.exit_code == status, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def a_whole_story(shop: StripeShop) -> None:
    """Declined, paid, refunded in two ways, disputed and lost."""
    shop.buy()
    shop.provider.lever(f"sessions/{shop.attempt().session}/decline")
    intent = shop.pay()
    shop.refund(intent, amount="500")
    shop.provider.lever("refunds/next", behaviour="pending")
    waiting = shop.refund(intent, amount="700")
    shop.provider.lever(f"refunds/{waiting}/settle")
    shop.provider.lever(f"refunds/{waiting}/fail", reason="lost_or_stolen_card")
    dispute = shop.provider.lever("disputes", payment_intent=intent, amount=1000)
    shop.provider.lever(f"disputes/{dispute['id']}/close", outcome="lost")


def test_the_whole_archive_gives_the_same_stamps_and_nothing_new(shop):
    a_whole_story(shop)
    kept = shop.keep_all()
    shop.tell()
    size, before = shop.size, shop.world.stamps()
    for words in ((), ("--commit",), ("--commit",)):
        assert reread(shop, *words, status=0)["counts"] == {"same": len(kept)}
    assert (shop.size, shop.world.stamps()) == (size, before)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("blind", [False, True])
def test_what_was_kept_and_never_understood_is_told_and_stamped_once(shop, seed, blind):
    a_whole_story(shop)
    kept = shop.keep_all(random.Random(seed))
    shop.blind = blind
    size = shop.size
    found = reread(shop, status=1)
    facts = {fact for one in found["messages"] for fact in one["facts"]}
    assert {"PaymentFailed", "Paid"} <= facts
    assert shop.size == size
    reread(shop, "--commit", status=0)
    by_archive = shop.world.stamps()
    assert status(shop.order()) == "PARTIALLY_REFUNDED"
    assert shop.order().lost.amount == 1000
    shop.blind = False
    assert reread(shop, "--commit", status=0)["counts"] == {"same": len(kept)}
    shop.tell()
    assert shop.world.stamps() == by_archive
    assert shop.world.cases_opened() == []
    assert all(one.evidence for one in shop.world.orders.history(shop.order().id)[3:])


def test_a_moment_narrows_what_is_read(shop):
    shop.keep(b"{}")
    assert reread(shop, status=1)["counts"] == {"unreadable": 1}
    late = f"{shop.world.clock() + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}"
    assert reread(shop, "--since", late, status=0)["counts"] == {}


def test_what_cannot_be_read_is_told_until_its_case_is_resolved(shop):
    kept = shop.keep(b"not an event")
    assert reread(shop, "--commit", status=1)["counts"] == {"unreadable": 1}
    opened = CaseOpened(
        kind=CaseKind.UNBOUND_FACT, severity=Severity.CRITICAL, text="", provider="stripe"
    )
    case = shop.world.cases.open(opened, correlation_id=kept, actor="worker")
    resolved = Draft(
        stream=case, stamp=CaseResolved(action="close"), correlation_id=case, actor="staff"
    )
    shop.world.store.append(Append(drafts=[resolved], expected={case: 1}))
    assert reread(shop, status=0)["counts"] == {"settled": 1}


def test_what_nobody_signed_is_not_read(shop):
    a_whole_story(shop)
    event = shop.provider.objects("events")[0]
    shop.keep(json.dumps(event).encode(), verdict="forged")
    assert reread(shop, "--commit", status=0)["counts"] == {"untrusted": 1}


def test_what_was_fetched_is_read_like_what_came(shop):
    shop.buy()
    shop.pay()
    shop.world.clock.pass_(minutes=1)
    shop.run(reconcile, "--provider", "stripe", "--commit")
    assert reread(shop, status=0)["counts"] == {"same": 1}


def test_what_a_person_has_settled_is_not_taken_up_again(shop):
    order = shop.buy_at_a_page_without_names()
    shop.blind = True
    shop.pay()
    shop.tell("checkout.session.completed")
    (case,) = shop.world.cases_opened()
    opened = next(one for one in shop.world.store.feed(0, limit=1000) if one.stamp == case)
    resolved = Draft(
        stream=opened.stream,
        stamp=CaseResolved(action="returned"),
        correlation_id=opened.correlation_id,
        actor="staff",
    )
    shop.world.store.append(Append(drafts=[resolved], expected={opened.stream: 1}))
    shop.blind = False
    shop.keep_all()
    reread(shop, "--commit", status=0)
    assert not shop.world.orders.get(order.id).received


def test_people_read_a_table(shop):
    a_whole_story(shop)
    shop.keep_all()
    told = shop.run(inbox, "reread").stdout
    assert "CreateRefundSuccess" in told
    assert "Nothing was written; run again with --commit." in told
