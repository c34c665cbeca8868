"""Everything that must match before a report may move an order: each alone stops it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from ledger.cases.stamps import CaseKind, Severity
from ledger.inbox.bind import Ambiguous, Bound, Unbound, Untied, bind, rebound
from ledger.inbox.payout_line import message, reports
from ledger.inbox.ports import Report
from ledger.inbox.receive import case_for, cause_of, payment_of
from ledger.kernel.refusals import UnknownOrder
from ledger.order.order import Order
from ledger.order.payouts import payout_cause
from ledger.payments.provider import BadMessage
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    AUTHORIZED,
    DECLINED,
    DISPUTED,
    EXPIRED,
    LAPSED,
    ORDER,
    OUTSIDE,
    PAGE,
    PAID,
    PAID_OUT,
    PENDING,
    PLACED,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_FAILED,
    REFUND_REFUSED,
    REFUNDED,
    SECOND,
    VOIDED,
    WISH,
    WON,
    eur,
    order_of,
    put,
)

OTHER = UUID(int=9)
NEW = order_of(PLACED, ASKED, PAGE)
BOUGHT = order_of(PLACED, ASKED, PAGE, PAID)
TWICE = order_of(
    PLACED,
    ASKED,
    PAGE,
    put(ASKED, under=SECOND),
    put(replace(PAGE, provider_reference="cs_2"), under=SECOND),
)
NEWS = Report(
    provider="stripe",
    account="acct_1",
    live=False,
    order=ORDER,
    attempt=ATTEMPT,
    correlation_id=ATTEMPT,
    fact=PAID,
    currency="EUR",
    amount=PRICE,
    reference="cs_1",
    occurred_at=datetime(2027, 1, 10, tzinfo=UTC),
    page="cs_1",
    claimed=True,
)
SILENT = replace(NEWS, order=None, attempt=None, correlation_id=OUTSIDE)


class Shelf:
    """One order, as the service would read it; remembered only if told so."""

    def __init__(self, order: Order, *, remembered: bool) -> None:
        self.order, self.remembers = order, remembered

    def get(self, id: UUID) -> Order:
        if id != self.order.id:
            raise UnknownOrder
        return self.order

    def remembered(self, id: UUID) -> Order | None:
        return self.order if self.remembers and id == self.order.id else None


def bound(
    report: Report,
    order: Order = NEW,
    *,
    known: dict[str, UUID] | None = None,
    lately: bool = False,
) -> Bound | Unbound:
    shelf: Any = Shelf(order, remembered=lately)
    return bind(report, shelf, lambda provider, name: (known or {}).get(name))


@pytest.mark.parametrize("lately", [False, True])
def test_news_of_the_page_that_we_made_is_its_orders(lately):
    found = bound(NEWS, lately=lately)
    assert found == Bound(NEW, NEWS)


@pytest.mark.parametrize("lately", [False, True])
@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"provider": "paytrail"}, "provider differs"),
        ({"account": "acct_2"}, "account differs"),
        ({"live": True}, "mode differs"),
        ({"currency": "SEK"}, "currency differs"),
        ({"payment_reference": "2348236"}, "reference differs"),
        ({"contradiction": "two orders are named"}, "two orders are named"),
        ({"page": "cs_9"}, "its payment page is not the one that we made"),
        ({"attempt": OTHER}, "the order never asked for this payment"),
    ],
)
def test_whatever_differs_from_what_the_order_asked_for_moves_nothing(told, reason, lately):
    found = bound(replace(NEWS, **told), lately=lately)
    assert isinstance(found, Unbound)
    assert found.reason.startswith(reason)
    assert found.order is NEW
    assert isinstance(found, Ambiguous) is ("contradiction" in told)


@pytest.mark.parametrize("told", [{"currency": ""}, {"payment_reference": NEW.payment_reference}])
def test_what_a_message_does_not_say_or_says_right_is_no_difference(told):
    assert isinstance(bound(replace(NEWS, **told)), Bound)


@pytest.mark.parametrize("lately", [False, True])
def test_an_object_that_is_known_as_another_orders_is_nobodys(lately):
    found = bound(NEWS, known={"cs_1": OTHER}, lately=lately)
    assert isinstance(found, Ambiguous)
    assert isinstance(bound(NEWS, known={"cs_1": ORDER}, lately=lately), Bound)
    page = bound(replace(NEWS, reference="pi_1", page="cs_9"), known={"cs_9": OTHER})
    assert isinstance(page, Ambiguous)


def test_an_order_is_named_or_known_by_its_object_or_by_its_page():
    assert isinstance(bound(SILENT, known={"cs_1": ORDER}), Bound)
    by_page = replace(SILENT, reference="pi_9", attempt=ATTEMPT)
    assert isinstance(bound(by_page, known={"cs_1": ORDER}), Bound)
    nobody = bound(SILENT)
    assert isinstance(nobody, Unbound)
    assert (nobody.reason, nobody.order) == ("no order of ours is named", None)
    assert bound(replace(NEWS, order=OTHER)) == nobody


def test_without_our_word_the_attempt_is_found_by_page_payment_or_refund():
    silent = replace(SILENT, order=ORDER)
    for reference in ("cs_1", "pi_1"):
        found = bound(replace(silent, reference=reference), BOUGHT)
        assert isinstance(found, Bound)
        assert (found.report.attempt, found.report.correlation_id) == (ATTEMPT, ATTEMPT)
    back = order_of(PLACED, ASKED, PAGE, PAID, REFUND_ASKED, REFUND_ACCEPTED)
    news = replace(silent, reference="re_1", page="", fact=REFUNDED, claimed=False)
    found = bound(news, back)
    assert isinstance(found, Bound)
    assert (found.report.attempt, found.report.correlation_id) == (ATTEMPT, WISH)
    assert isinstance(bound(replace(silent, reference="xx", page=""), BOUGHT), Unbound)


def test_a_page_of_one_attempt_is_never_anothers():
    wrong = bound(replace(NEWS, attempt=SECOND, page=""), TWICE)
    assert isinstance(wrong, Unbound)
    assert wrong.reason == "the provider's object is known to be another attempt's"
    page = replace(NEWS, reference="pi_1", page="cs_2")
    assert isinstance(bound(page, TWICE, known={"cs_2": ORDER}), Unbound)
    former = replace(NEWS, reference="pi_1", page="cs_former")
    assert isinstance(bound(former, TWICE, known={"cs_former": ORDER}), Bound)
    assert isinstance(bound(former, TWICE), Unbound)


def test_a_payments_own_word_waits_unless_it_is_known_or_moves_no_money():
    claim = replace(NEWS, page="", reference="pi_1")
    assert isinstance(bound(claim), Untied)
    assert isinstance(bound(replace(claim, claimed=False)), Bound)
    assert isinstance(bound(claim, BOUGHT), Bound)
    declined = replace(claim, fact=DECLINED)
    assert isinstance(bound(declined), Bound)
    other = bound(replace(claim, fact=replace(PAID, provider_reference="pi_9")), BOUGHT)
    assert isinstance(other, Unbound)
    assert other.reason == "another payment is known to be this attempt's"


@pytest.mark.parametrize("fact", [REFUND_ACCEPTED, REFUNDED, REFUND_FAILED, REFUND_REFUSED])
@pytest.mark.parametrize(("told", "moves"), [(PRICE, True), (PRICE - eur(1), False), (None, True)])
def test_news_of_a_refund_tells_the_money_that_we_asked_to_send_back(fact, told, moves):
    back = order_of(PLACED, ASKED, PAGE, PAID, REFUND_ASKED)
    news = replace(
        NEWS, fact=fact, correlation_id=WISH, amount=told, reference="pi_1", page="", claimed=False
    )
    assert isinstance(bound(news, back), Bound) is moves
    assert isinstance(bound(replace(news, correlation_id=OUTSIDE), back), Bound)
    assert isinstance(bound(replace(news, fact=DISPUTED), back), Bound)


OF_THE_ATTEMPT = (AUTHORIZED, LAPSED, PAID, EXPIRED, DECLINED, PENDING, VOIDED)


@pytest.mark.parametrize("fact", OF_THE_ATTEMPT, ids=lambda one: type(one).__name__)
def test_news_of_a_payment_has_the_attempts_correlation_id(fact):
    (attempt,) = NEW.attempts.values()
    found = rebound(replace(SILENT, fact=fact), attempt)
    assert (found.attempt, found.correlation_id, found.fact) == (ATTEMPT, ATTEMPT, fact)


@pytest.mark.parametrize(
    ("fact", "cause"),
    [
        (REFUND_ACCEPTED, WISH),
        (REFUNDED, WISH),
        (REFUND_FAILED, WISH),
        (DISPUTED, OUTSIDE),
        (WON, OUTSIDE),
    ],
)
def test_news_of_a_refund_that_is_known_is_the_refunds_and_names_the_payment(fact, cause):
    (attempt,) = NEW.attempts.values()
    refund = order_of(PLACED, ASKED, PAGE, PAID, REFUND_ASKED).refunds[WISH]
    told = replace(SILENT, fact=replace(fact, payment=None))
    found = rebound(told, attempt, refund=refund)
    assert (found.correlation_id, found.fact) == (cause, fact)
    assert rebound(told, attempt).correlation_id == OUTSIDE
    named = replace(told, attempt=ATTEMPT)
    assert rebound(named, attempt, refund=refund) is named


# What comes of it.


def test_money_that_no_order_takes_is_unmatched_and_other_news_is_unbound():
    found = Unbound("no order of ours is named")
    for fact, kind in ((PAID, CaseKind.UNMATCHED_MONEY), (AUTHORIZED, CaseKind.UNBOUND_FACT)):
        case = case_for(replace(NEWS, fact=fact), found)
        assert case.kind is kind
        critical = kind is CaseKind.UNMATCHED_MONEY
        assert (case.severity is Severity.CRITICAL) is critical
        assert (case.order, case.payment_reference) == (None, "pi_1")
    nothing = case_for(replace(NEWS, fact=DECLINED, amount=None), Unbound("why", NEW))
    assert (nothing.kind, nothing.order) == (CaseKind.UNBOUND_FACT, ORDER)
    assert nothing.text == "PaymentFailed: why"
    assert (nothing.payment_reference, nothing.payer_reference) == ("", None)


def test_two_payments_told_under_one_id_are_two_causes():
    other = replace(NEWS, fact=replace(PAID, provider_reference="pi_2"))
    assert len({cause_of(NEWS), cause_of(other), ATTEMPT}) == 3
    assert cause_of(replace(NEWS, fact=DECLINED)) == ATTEMPT
    facts = (PAID, AUTHORIZED, DECLINED)
    assert [payment_of(replace(NEWS, fact=one)) for one in facts] == ["pi_1", "pi_1", ""]


# Payouts.


@pytest.mark.parametrize("kept_back", [False, True])
@pytest.mark.parametrize("live", [False, True])
def test_what_is_kept_of_a_line_of_a_payout_says_the_same_again(kept_back, live):
    stamp = replace(PAID_OUT, kept_back=kept_back)
    kept = message(stamp, order=ORDER, account="acct_1", live=live)
    kind = "refund" if kept_back else "payment"
    assert (kept.provider, kept.name) == ("stripe", f"payout/po_1/{kind}/pi_1")
    assert kept == message(stamp, order=ORDER, account="acct_1", live=live)
    (report,) = reports(kept.body) or ()
    assert report.fact == stamp
    assert (report.provider, report.account, report.live) == ("stripe", "acct_1", live)
    assert (report.order, report.attempt) == (ORDER, None)
    assert report.correlation_id == payout_cause(stamp, account="acct_1")
    assert (report.currency, report.amount, report.reference) == ("EUR", None, "pi_1")
    assert report.occurred_at == PAID_OUT.settled_at


KIND = b"payout_line"
KEPT = message(PAID_OUT, order=ORDER, account="acct_1", live=True).body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"payout_line",
        b'["payout_line"]',
        b'{"object": "payout_line"}',
        b" " + KEPT,
        KEPT[:-1],
        KEPT[:-1] + b',"more":1}',
        KEPT.replace(b'"object":"payout_line"', b'"object":"payout"').replace(
            b"4566", b"payout_line"
        ),
        KEPT.replace(b'"payout_line"', b'"payout"'),
    ],
)
def test_what_is_no_kept_line_is_another_kind_of_message(body):
    assert reports(body) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"amount":7000', b'"amount":"much"'),
        (b'"amount":7000', b'"amount":null'),
        (b'"settled_at":"2027', b'"settled_at":"x2027'),
        (b'"order":"6f', b'"order":"zz'),
    ],
)
def test_a_kept_line_that_was_written_over_cannot_be_read(old, new):
    assert old in KEPT
    with pytest.raises(BadMessage):
        reports(KEPT.replace(old, new))


def test_only_true_is_live_and_kept_back():
    (report,) = reports(KEPT.replace(b'"live":true', b'"live":1')) or ()
    assert report.live is False
    (report,) = reports(KEPT.replace(b'"kept_back":false', b'"kept_back":1')) or ()
    assert report.fact == PAID_OUT
