"""The door for Stripe's webhooks: what is signed comes in, anything else is unreadable."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from stripe import WebhookSignature

from adapters.providers.stripe import StripeDoor
from ledger.payments.provider import BadMessage
from tests.kits.stripe import SECRET

NOW = datetime(2027, 2, 12, 10, tzinfo=UTC)
OTHER = "whsec_the_one_before"
SESSION = {
    "id": "cs_test_1",
    "object": "checkout.session",
    "mode": "payment",
    "payment_status": "paid",
    "payment_intent": "pi_1",
    "amount_total": 7000,
    "currency": "eur",
    "metadata": {},
}
EVENT = {
    "id": "evt_1",
    "object": "event",
    "created": int(NOW.timestamp()),
    "livemode": False,
    "type": "checkout.session.completed",
    "data": {"object": SESSION},
}
BODY = json.dumps(EVENT).encode()


def sign(body: bytes, *, secret: str = SECRET, at: datetime = NOW) -> dict[str, str]:
    text = body.decode()
    header = WebhookSignature.generate_signature_header(text, secret, int(at.timestamp()))
    return {"Stripe-Signature": header}


def door(*secrets: str) -> StripeDoor:
    return StripeDoor(*(secrets or (SECRET,)), account="acct_ours")


def read(body: bytes, *, now: datetime = NOW):
    return door().read(body, sign(body), now=now)


def event(**changed) -> bytes:
    return json.dumps(EVENT | changed).encode()


def about(**changed) -> bytes:
    return event(data={"object": SESSION | changed})


def test_a_signed_message_is_read():
    (report,) = read(BODY)
    assert report.reference == "cs_test_1"
    assert (report.account, report.live) == ("acct_ours", False)
    assert report.occurred_at == NOW
    assert door().reread(BODY) == [report]
    assert door().event_id(BODY) == "evt_1"


def test_header_names_have_no_case():
    (header,) = sign(BODY).values()
    assert door().read(BODY, {"stripe-signature": header}, now=NOW)


def test_the_event_says_which_account_and_whether_live():
    (report,) = read(event(account="acct_theirs", livemode=True))
    assert (report.account, report.live) == ("acct_theirs", True)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_are_tolerated_both_ways(seconds):
    assert read(BODY, now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_more_is_not(seconds):
    with pytest.raises(BadMessage, match="not of this time"):
        read(BODY, now=NOW + timedelta(seconds=seconds))


def test_one_right_signature_of_several_is_enough():
    right = sign(BODY)["Stripe-Signature"]
    when, _, signature = right.partition(",")
    wrong = f"{when},v1={'0' * 64},{signature}"
    assert door().read(BODY, {"Stripe-Signature": wrong}, now=NOW)


def test_while_a_secret_is_rolled_both_are_right():
    rolling = door(SECRET, OTHER)
    for secret in (SECRET, OTHER):
        assert rolling.read(BODY, sign(BODY, secret=secret), now=NOW)
    with pytest.raises(BadMessage):
        door(OTHER).read(BODY, sign(BODY), now=NOW)


@pytest.mark.parametrize("secrets", [(), ("",), (" ",), (SECRET, "")])
def test_an_empty_secret_does_not_start(secrets):
    with pytest.raises(ValueError, match="secret"):
        StripeDoor(*secrets)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=00",
        "t=1",
        "t=,v1=00",
        "t=abc,v1=00",
        f"t={'9' * 5000},v1=00",
        "t=１８０２４２３６００,v1=00",
        f"t={int(NOW.timestamp())}",
        f"t={int(NOW.timestamp())},v1=ä",
        f"t={int(NOW.timestamp())},t={int(NOW.timestamp())},v1=00",
        f"t={int(NOW.timestamp())},v0=00",
    ],
)
def test_a_header_that_is_none_is_unreadable(header):
    with pytest.raises(BadMessage):
        door().read(BODY, {"Stripe-Signature": header}, now=NOW)


def test_a_missing_header_is_unreadable():
    with pytest.raises(BadMessage):
        door().read(BODY, {}, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b"{",
        b"\xef\xbb\xbf{}",
        b'{"id": NaN}',
        b'{"object": "event"}',
        b"[" * 100_000,
        b'{"created": ' + b"9" * 5000 + b"}",
        event(object="v2.core.event"),
        event(id=""),
        event(id=7),
        event(id="evt_\ud800"),
        event(id="evt_\x00"),
        event(type=None),
        event(livemode="false"),
        event(livemode=None),
        event(created="today"),
        event(created=True),
        event(created=10**18),
        event(created=-1),
        event(account=7),
        event(data=None),
        event(data=[]),
        event(data={"object": "cs_test_1"}),
        about(object="charge"),
        about(id=None),
        about(amount_total="7000"),
        about(amount_total=70.0),
        about(amount_total=-1),
        about(amount_total=True),
        about(amount_total=10**15),
        about(currency="EURO"),
        about(currency=None),
        about(payment_intent=None),
        about(payment_intent={"id": None}),
        about(payment_status=None),
        about(payment_status="partly_paid"),
        about(metadata="order"),
        about(metadata=["order"]),
        about(metadata={"order": ["1"]}),
        about(metadata={"correlation_id": {}}),
        about(client_reference_id={"id": 1}),
    ],
)
def test_what_is_signed_but_not_in_stripes_words_is_unreadable(body):
    with pytest.raises(BadMessage):
        read(body)


DISPUTE = {"id": "du_1", "object": "dispute", "amount": 7000, "currency": "eur"}
REFUND = {"id": "re_1", "object": "refund", "amount": 7000, "currency": "eur"}


def told(kind: str, thing: dict, **changed) -> list[str]:
    about = event(type=kind, data={"object": thing | {"payment_intent": "pi_1"} | changed})
    return [type(report.fact).__name__ for report in read(about)]


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        ("needs_response", ["Disputed"]),
        ("under_review", ["Disputed"]),
        ("won", ["Disputed", "DisputeClosed"]),
        ("lost", ["Disputed", "DisputeClosed"]),
        ("appeal_needs_response", ["Disputed", "DisputeClosed"]),
        ("appeal_under_review", ["Disputed", "DisputeClosed"]),
        ("prevented", []),
        ("warning_needs_response", []),
        ("warning_under_review", []),
        ("warning_closed", []),
    ],
)
def test_what_each_state_of_a_dispute_tells(status, facts):
    assert told("charge.dispute.closed", DISPUTE, status=status) == facts


@pytest.mark.parametrize(
    ("amounts", "facts"),
    [([], []), ([-7000], ["Disputed", "DisputeClosed"]), ([-7000, 7000], [])],
)
def test_a_prevented_dispute_is_lost_if_its_money_is_gone(amounts, facts):
    moves = [{"amount": amount} for amount in amounts]
    found = told("charge.dispute.closed", DISPUTE, status="prevented", balance_transactions=moves)
    assert found == facts


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        ("pending", ["CreateRefundSuccess"]),
        ("requires_action", ["CreateRefundSuccess"]),
        ("succeeded", ["CreateRefundSuccess", "Refunded"]),
        ("failed", ["RefundFailed"]),
        ("canceled", ["RefundFailed"]),
    ],
)
def test_what_each_state_of_a_refund_tells(status, facts):
    assert told("refund.updated", REFUND, status=status) == facts


@pytest.mark.parametrize(
    ("kind", "thing"), [("charge.dispute.created", DISPUTE), ("refund.updated", REFUND)]
)
def test_a_state_that_is_not_known_yet_is_for_a_person(kind, thing):
    with pytest.raises(BadMessage, match="new one"):
        told(kind, thing, status="reimagined")


def test_bytes_that_are_no_text_are_unreadable():
    with pytest.raises(BadMessage, match="UTF-8"):
        door().read(b"\xff\xfe", sign(b""), now=NOW)
    assert door().event_id(b"\xff\xfe") is None


def test_an_error_says_nothing_of_the_message():
    with pytest.raises(BadMessage) as error:
        read(about(currency="ada@shop.example"))
    assert "ada" not in str(error.value)


def test_what_another_shop_on_the_account_sells_is_no_order_of_ours():
    (report,) = read(about(client_reference_id="basket 7", metadata={"order": "basket 7"}))
    assert (report.order, report.attempt) == (None, None)
    assert report.contradiction == "the metadata names no payment of ours"


def test_an_unknown_type_tells_nothing():
    assert read(event(type="customer.created", data={})) == []
    assert read(event(type="payment_intent.created")) == []
