"""Bytes that are no HTTP, or end too early, at the door of a running web server: unharmed."""

import socket
import time

import pytest
from werkzeug.routing import Rule

from ledger.audit.verify import Verification
from tests.end_to_end.journey import Journey, until
from tests.kits.url_table import address, name_of, writes

DOOR = b"POST /webhooks/stripe HTTP/1.1\r\nHost: shop.example\r\n"
JSON = b"Content-Type: application/json\r\n"
SIGNED = b"Stripe-Signature: t=1,v1=00\r\n"
STRIKES = {
    "nothing": b"",
    "no http": b"\x00\xff\x16\x03\x01 hello\r\n\r\n",
    "half a request line": b"POST /webhooks/str",
    "half a header": DOOR + b"Stripe-Sig",
    "half a body": DOOR + SIGNED + b'Content-Length: 1000\r\n\r\n{"id": "evt_',
    "more than was promised": DOOR + SIGNED + b"Content-Length: 2\r\n\r\n{}{}{}{}",
    "a length that is none": DOOR + b"Content-Length: many\r\n\r\n{}",
    "a length below nothing": DOOR + b"Content-Length: -1\r\n\r\n{}",
    "two lengths": DOOR + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length and chunks": DOOR + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk that is none": DOOR + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a giant body announced": DOOR + SIGNED + b"Content-Length: 99999999999\r\n\r\n{",
    "a giant header": DOOR + b"X-Padding: " + b"x" * 100_000 + b"\r\n\r\n",
    "many headers": DOOR + b"".join(b"X-%d: y\r\n" % one for one in range(500)) + b"\r\n",
    "a header of control characters": DOOR + b"X-Odd: \x01\x02\x7f\r\nContent-Length: 0\r\n\r\n",
    "a bare line feed": b"POST /webhooks/stripe HTTP/1.1\nHost: x\n\n",
    "an unknown version": b"POST /webhooks/stripe HTTP/7.0\r\n\r\n",
    "a chunk that ends too early": DOOR + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
    "a path out of the house": b"POST /webhooks/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "a query of percent signs": b"GET /webhooks/paytrail/%00/%ff/callback?%&%zz=%"
    b" HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.fixture(autouse=True, scope="module")
def at_rest(journey: Journey) -> None:
    """What came before these tests is understood, and stamps nothing any more."""

    def rests() -> bool:
        head = journey.works.ledger.head()
        time.sleep(1)
        return journey.works.ledger.head() == head and not journey.works.inbox.unfinished()

    until("the house is at rest", rests)


def strike(journey: Journey, request: bytes) -> int:
    """The status that came back; 0 when the server just hung up."""
    with socket.create_connection(("127.0.0.1", journey.house.at.web), timeout=20) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := _received(line):
            answer += chunk
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/") else 0


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(4096)
    except ConnectionResetError:
        return b""


# Once at Stripe's door; at every other door that may change something, those that reach it.
AT_EVERY = [name for name, one in STRIKES.items() if one.startswith(DOOR) and len(one) < 50_000]


@pytest.mark.parametrize("rule", writes(), ids=name_of)
def test_no_door_is_harmed(journey: Journey, rule: Rule) -> None:
    target = f"POST {address(rule)} ".encode()
    before = journey.works.ledger.head()
    for name in AT_EVERY:
        request = STRIKES[name].replace(b"POST /webhooks/stripe ", target)
        for asked in (request, request.replace(b"Host:", JSON + b"Host:")):
            assert strike(journey, asked) in {0, *range(400, 500)}, name
    assert journey.works.ledger.head() == before
    assert journey.works.inbox.unfinished() == []


@pytest.mark.parametrize("name", STRIKES)
def test_the_server_turns_it_away_and_goes_on(journey: Journey, name: str) -> None:
    before = journey.works.ledger.head()
    assert strike(journey, STRIKES[name]) in {0, *range(400, 500)}
    assert journey.works.ledger.head() == before
    assert journey.works.inbox.unfinished() == []


def test_afterwards_an_order_is_paid_as_ever(journey: Journey) -> None:
    for request in STRIKES.values():
        strike(journey, request)
    bought = journey.buy()
    bought.pay()
    bought.reaches("PAID")
    assert [str(one) for one in Verification(journey.works.ledger.stored())] == []
