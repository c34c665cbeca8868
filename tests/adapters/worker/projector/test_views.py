"""What readers ask of the views, answered after the projections have moved."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres.working.inbox import PostgresInbox
from ledger.cases.stamps import (
    CaseAlarmRaised,
    CaseKind,
    CaseOpened,
    CaseResolved,
    CaseReturnRefused,
    CaseReturnRequested,
    Severity,
)
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.store import Append, SeatChange
from ledger.order.stamps import CreatePaymentRequest, CreatePaymentSuccess, Paid
from ledger.shop.stamps import QuotaSet, ShopOpened
from projections.all import PROJECTIONS
from projections.order_search import OrderSearch
from tests.kits.histories import PRICE, QUOTA, SHOP, WHEN, placed
from tests.kits.projector import append, project

FAR = timedelta(days=400)


@pytest.mark.parametrize("projection", PROJECTIONS.values(), ids=lambda one: one.name)
def test_tables_have_the_columns_of_their_rows(database, projection):
    with psycopg.connect(database.app) as connection:
        found = connection.execute(f"select * from views.{projection.name}").description
    assert found is not None
    assert {column.name for column in found} == {*projection.columns}


def paid(ledger, stream: UUID, *, attempt: UUID, until: int = 3) -> None:
    page = CreatePaymentSuccess(
        provider_reference=f"cs_{attempt}", redirect_url="https://pay", expires_at=WHEN
    )
    told = [
        CreatePaymentRequest(amount=PRICE, provider="stripe", account="a", live=False),
        page,
        Paid(amount=PRICE, provider="stripe", provider_reference=f"pi_{attempt}"),
    ]
    for version, stamp in enumerate(told[:until], start=1):
        draft = Draft(stream=stream, stamp=stamp, correlation_id=attempt, actor="test")
        ledger.append(Append(drafts=[draft], expected={stream: version}))


def test_a_providers_name_finds_its_order_and_attempt(ledger, owned, views):
    order, attempt = uuid4(), uuid4()
    append(ledger, order, placed())
    paid(ledger, order, attempt=attempt)
    project(ledger, owned)
    for name in (f"cs_{attempt}", f"pi_{attempt}"):
        assert views.find_reference("stripe", name) == (order, attempt)
    assert views.order_of("stripe", f"pi_{attempt}") == order
    assert views.order_of("paytrail", f"pi_{attempt}") is None


def test_an_ambiguous_name_finds_nothing(ledger, owned, views, database):
    for order in (uuid4(), uuid4()):
        append(ledger, order, placed())
        paid(ledger, order, attempt=uuid4(), until=2)
    project(ledger, owned)
    with psycopg.connect(database.app) as connection:
        connection.execute("update views.provider_references set reference = 'same'")
    assert views.find_reference("stripe", "same") is None


def test_due_things_are_found_when_they_are_due(ledger, owned, views):
    order, attempt = uuid4(), uuid4()
    append(ledger, order, placed())
    paid(ledger, order, attempt=attempt, until=1)
    placed_at = ledger.read(order)[0].recorded_at
    project(ledger, owned)
    assert views.unpaid_due(placed_at + timedelta(days=2)) == []
    assert views.unpaid_due(placed_at + timedelta(days=3)) == [order]
    assert views.open_intents(placed_at - timedelta(seconds=1)) == []
    assert [one.correlation_id for one in views.open_intents(placed_at + FAR)] == [attempt]
    assert views.due_letters(placed_at + FAR) == []


def test_a_paid_order_may_owe_a_letter(ledger, owned, views):
    order = uuid4()
    append(ledger, order, placed())
    paid(ledger, order, attempt=uuid4())
    project(ledger, owned)
    assert views.due_letters(ledger.read(order)[0].recorded_at) == [order]


def test_cases_are_open_until_they_are_resolved(ledger, owned, views):
    case = uuid4()
    opened = CaseOpened(
        kind=CaseKind.OVERPAID,
        severity=Severity.WARNING,
        text="too much",
        amount=Money(5, "EUR"),
    )
    append(ledger, case, opened)
    project(ledger, owned)
    (row,) = views.cases()
    assert (row.stream, row.kind, row.amount, row.text) == (case, "overpaid", 5, "too much")
    assert views.open_case_ids() == [case]
    append(ledger, case, CaseResolved(action="refunded"), version=1)
    project(ledger, owned)
    assert (views.cases(), views.open_case_ids()) == ([], [])
    assert [one.stream for one in views.cases("resolved")] == [case]


def test_summed_seats_agree_with_the_totals_of_the_commits(ledger, owned, views):
    append(ledger, SHOP, ShopOpened(slug="winterfest"), QuotaSet(slug="weekend", capacity=9))
    order = uuid4()
    ledger.append(
        Append(
            drafts=[Draft(stream=order, stamp=placed(), correlation_id=uuid4(), actor="test")],
            expected={order: 0},
            seats=[SeatChange(quota=QUOTA, held=1, capacity=9)],
        )
    )
    project(ledger, owned)
    assert views.summed_seats([QUOTA]) == views.seats([QUOTA]) == {QUOTA: (9, 1, 0)}


def test_orders_are_searched_and_paged(ledger, owned, views):
    orders = [uuid4() for _ in range(5)]
    for order in orders:
        append(ledger, order, placed())
    project(ledger, owned)
    shops = ("winterfest", "another")
    newest = views.orders(OrderSearch(shops=shops), limit=2)
    assert [one.stream for one in newest] == [orders[4], orders[3]]
    last = newest[-1].placed_at, newest[-1].stream
    older = views.orders(OrderSearch(shops=shops, before=last))
    assert [one.stream for one in older] == [orders[2], orders[1], orders[0]]
    for called in (newest[0].payment_reference, str(newest[0].stream)):
        (found,) = views.orders_called(called, number=None, shops=shops)
        assert found.stream == orders[4]
    (found,) = views.orders_called("#1", number=1, shops=shops)
    assert found.stream == orders[0]
    assert views.orders_called("#1", number=1, shops=["another"]) == []
    assert views.orders(OrderSearch(shops=shops, status="PAID")) == []
    assert len(views.orders(OrderSearch(shops=shops, products=("weekend",)))) == 5
    assert views.orders(OrderSearch(shops=shops, products=("weekend", "day"))) == []
    assert views.orders(OrderSearch(shops=shops, since=FAR + newest[0].placed_at)) == []
    assert views.orders(OrderSearch(shops=("another",))) == []


def test_a_migrated_database_waits_for_no_migration(views):
    assert views.pending_migrations() == []


def stray(**changes) -> CaseOpened:
    """Money that was nobody's when it came."""
    case = CaseOpened(
        kind=CaseKind.UNMATCHED_MONEY,
        severity=Severity.CRITICAL,
        text="Refunded: no order of ours is named",
        provider="stripe",
        provider_reference="pi_x",
    )
    return replace(case, **changes)


def test_cases_are_counted_and_those_that_alarm_are_found(ledger, owned, views):
    case, mild = uuid4(), uuid4()
    append(ledger, case, stray())
    append(ledger, mild, stray(severity=Severity.WARNING))
    project(ledger, owned)
    opened_at = ledger.read(case)[0].recorded_at
    assert views.alarming_cases(opened_at) == [case]
    assert views.alarming_cases(opened_at - timedelta(seconds=1)) == []
    append(ledger, case, CaseAlarmRaised(try_number=1, channels=("log",)), version=1)
    append(ledger, mild, CaseResolved(action="close"), version=1)
    project(ledger, owned)
    assert views.alarming_cases(opened_at) == []
    assert sorted(views.count_cases()) == [
        ("unmatched_money", "critical", "open", 1),
        ("unmatched_money", "warning", "resolved", 1),
    ]


def test_money_on_its_way_back_is_found_until_it_is_answered(ledger, owned, views):
    case = uuid4()
    asked = CaseReturnRequested(provider="stripe", payment_reference="pi_x", amount=PRICE)
    append(ledger, case, stray(), asked)
    project(ledger, owned)
    asked_at = ledger.read(case)[1].recorded_at
    assert views.returning_cases(asked_at) == [case]
    append(ledger, case, CaseReturnRefused(code="no"), version=2)
    project(ledger, owned)
    assert views.returning_cases(asked_at) == []


def kept_with_a_case(inbox, ledger, case, opened):
    """A message that was kept, and the case that it was opened for."""
    kept = inbox.keep(
        "stripe",
        "stripe",
        body=b"{}",
        headers={},
        verdict="signed",
        provider_event_id="evt_1",
        received_at=WHEN,
    )
    draft = Draft(
        stream=case,
        stamp=opened,
        correlation_id=case,
        actor="provider:stripe",
        evidence=kept.hash,
    )
    ledger.append(Append(drafts=[draft], expected={case: 0}))
    return kept


def test_news_is_found_again_when_what_it_names_is_an_orders(ledger, owned, views, database):
    keyring = ledger.keyring
    inbox = PostgresInbox(database.app, keyring=keyring)
    order, attempt, case = uuid4(), uuid4(), uuid4()
    kept = kept_with_a_case(inbox, ledger, case, stray(provider_reference=f"pi_{attempt}"))
    append(ledger, order, placed())
    project(ledger, owned)
    assert views.homeless_news(["signed"]) == []
    paid(ledger, order, attempt=attempt)
    project(ledger, owned)
    (found,) = views.homeless_news(["signed"])
    assert (found.case, found.message, found.door) == (case, kept.id, "stripe")
    assert views.homeless_news(["fetched"]) == []
    append(ledger, case, CaseResolved(action="bound"), version=1)
    project(ledger, owned)
    assert views.homeless_news(["signed"]) == []
    inbox.close()


def test_news_that_names_another_order_is_never_looked_at_again(ledger, owned, views, database):
    inbox = PostgresInbox(database.app, keyring=ledger.keyring)
    order, attempt, case = uuid4(), uuid4(), uuid4()
    elsewhere = stray(provider_reference=f"pi_{attempt}", order=uuid4())
    kept_with_a_case(inbox, ledger, case, elsewhere)
    append(ledger, order, placed())
    paid(ledger, order, attempt=attempt)
    project(ledger, owned)
    assert views.homeless_news(["signed"]) == []
    inbox.close()


def test_open_cases_of_orders_are_found_by_kind(ledger, owned, views):
    case, other, order = uuid4(), uuid4(), uuid4()
    append(ledger, case, stray(kind=CaseKind.OVERPAID, order=order))
    append(ledger, other, stray())
    project(ledger, owned)
    assert views.cases_of_orders(["overpaid", "unmatched_money"]) == [(case, order)]
    assert views.cases_of_orders(["underpaid"]) == []
    append(ledger, case, CaseResolved(action="settled"), version=1)
    project(ledger, owned)
    assert views.cases_of_orders(["overpaid"]) == []
