"""What our stamps name at a provider, and since when; what they say of money without a name."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from ledger.cases.stamps import CaseKind, CaseOpened, CaseReturnAccepted, Severity
from ledger.kernel.money import Money
from ledger.order.stamps import (
    AuthorizationExpired,
    CreatePaymentSuccess,
    NoteWritten,
    PaymentAssigned,
    PaymentFailed,
    Voided,
)
from ledger.reconciliation.our_records import Known, known_of, known_since, our_records
from ledger.reconciliation.records import Kind, State
from tests.kits.audit import force, pay
from tests.kits.worlds import World
from tests.ledger.reconciliation.test_reconcile import (
    ATTEMPT,
    BOOKS,
    DISPUTE,
    NOON,
    ORDER,
    PAID,
    PRICE,
    REFUND,
    RESERVED,
    asked,
    stamped,
)

PAGE = CreatePaymentSuccess(
    provider_reference="cs_1", redirect_url="https://pay.example/1", expires_at=NOON, try_number=3
)
CASE = CaseOpened(
    kind=CaseKind.UNMATCHED_MONEY,
    severity=Severity.CRITICAL,
    text="?",
    provider="stripe",
    amount=PRICE,
    account="acct_1",
    live=False,
    payment_reference="pi_8",
)
RETURNED = CaseReturnAccepted(provider_reference="re_8", amount=PRICE, try_number=2)


def known(kind: Kind, reference: str, **changes: object) -> Known:
    made = Known(
        kind=kind, reference=reference, owner=ORDER, correlation_id=ATTEMPT, payment=ATTEMPT
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_page_a_payment_and_a_refund_are_named_once():
    found = [*known_of(stamped(asked(), PAGE, PAID, *REFUND), BOOKS)]
    assert found == [
        known(Kind.PAYMENT, "cs_1", try_number=3),
        known(Kind.PAYMENT, "pi_1"),
        known(Kind.REFUND, "re_1", try_number=REFUND[0].try_number),
    ]


def test_of_a_refund_that_was_only_told_of_no_try_is_known():
    for stamp in REFUND[1:]:
        assert [*known_of(stamped(asked(), stamp), BOOKS)] == [known(Kind.REFUND, "re_1")]


def test_a_page_and_a_refund_of_one_name_are_two_things():
    found = known_of(stamped(asked(), replace(PAGE, provider_reference="re_1"), REFUND[0]), BOOKS)
    assert [one.kind for one in found] == [Kind.PAYMENT, Kind.REFUND]


def test_a_case_names_its_payment_and_what_went_back_of_it():
    found = [*known_of(stamped(CASE, RETURNED), BOOKS)]
    assert found == [
        known(Kind.PAYMENT, "pi_8", payment=ORDER),
        known(Kind.REFUND, "re_8", payment=ORDER, try_number=2),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"payment_reference": ""},
        {"kind": CaseKind.UNBOUND_FACT},
        {"provider": "paytrail"},
        {"account": "acct_2"},
        {"live": True},
    ],
)
def test_a_case_without_a_payment_at_these_books_names_none(changes):
    assert [*known_of(stamped(replace(CASE, **changes)), BOOKS)] == []


@pytest.mark.parametrize("other", [{"provider": "cash"}, {"account": "acct_2"}, {"live": True}])
def test_nothing_is_named_of_other_books(other):
    assert [*known_of(stamped(asked(**other), PAGE, PAID, *REFUND), BOOKS)] == []


def test_other_news_names_nothing():
    failed = PaymentFailed(provider_reference="pi_1", code="declined")
    assert [*known_of(stamped(asked(), failed), BOOKS)] == []


def test_a_payment_of_another_provider_that_nobody_asked_for_is_left_out():
    paid = stamped(replace(PAID, provider="paytrail"), correlation_id=uuid4())
    assert [*our_records(paid, BOOKS)] == []


def test_an_end_is_about_the_amount_that_began_under_its_name():
    other = replace(RESERVED[0], provider_reference="pi_2", amount=Money(1, "EUR"))
    found = our_records(stamped(asked(), RESERVED[0], other, RESERVED[1]), BOOKS)
    assert {one.reference: (one.state, one.amount.amount) for one in found} == {
        "pi_1": (State.FAILED, 3500),
        "pi_2": (State.UNDER_WAY, 1),
    }


@pytest.mark.parametrize(
    "end",
    [
        Voided(provider_reference="pi_1"),
        AuthorizationExpired(provider_reference="pi_1"),
        DISPUTE[1],
    ],
)
def test_an_end_of_what_never_began_is_of_no_amount_and_left_out(end):
    assert [*our_records(stamped(asked(), end), BOOKS)] == []


def test_an_authorization_that_lapsed_has_failed():
    lapsed = AuthorizationExpired(provider_reference="pi_1")
    (found,) = our_records(stamped(asked(), RESERVED[0], lapsed), BOOKS)
    assert found.state is State.FAILED


def test_a_thing_happened_when_it_was_first_told_of():
    early, late = stamped(asked(), REFUND[1], REFUND[0])[1:]
    (found,) = our_records(stamped(asked(), REFUND[1], REFUND[0]), BOOKS)
    assert (found.at, found.state) == (early.recorded_at, State.DONE)
    assert late.recorded_at > early.recorded_at > NOON


def test_money_that_a_person_assigned_is_known_as_its_provider_calls_it():
    assigned = PaymentAssigned(
        amount=PRICE,
        provider="stripe",
        account="acct_1",
        live=False,
        case=UUID(int=4),
        payment_reference="pi_8",
    )
    (found,) = our_records(stamped(assigned), BOOKS)
    assert (found.reference, found.kind, found.state) == ("pi_8", Kind.PAYMENT, State.DONE)
    assert [*our_records(stamped(replace(assigned, live=True)), BOOKS)] == []


def test_only_what_names_something_makes_an_order_one_of_a_period():
    world = World()
    for name in ("old", "new"):
        world.place(name)
    pay(world, "old")
    since = world.clock.pass_(days=1)
    force(world, NoteWritten(text="asked for a bill"), cause=uuid4(), order="old")
    pay(world, "new")
    told = [*known_since(world.store.stored(), since, BOOKS)]
    assert [(one.owner, one.reference) for one in told] == [
        (world.id("new"), "cs_new"),
        (world.id("new"), "pi_new"),
    ]
