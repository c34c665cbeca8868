"""kill -9 of the web in the middle of a queue's upload: sent again, it comes to the same."""

import secrets
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from ledger.order.stamps import TicketCheckedIn
from tests.end_to_end.journey import WIRE, Bought, Journey, until

ORDERS, PIECES, AT_ONCE = 3, 10, 6


def codes_of(journey: Journey, bought: Bought) -> tuple[str, ...]:
    issued = journey.works.parts.orders.get(bought.id).tickets
    return (issued.codes or ()) if issued else ()


def every_code(journey: Journey, bought: list[Bought]) -> list[str]:
    """Of all of them, once all are out."""
    found = [code for one in bought for code in codes_of(journey, one)]
    return found if len(found) == ORDERS * PIECES else []


def entered(journey: Journey, since: int) -> Counter[str]:
    """How often each ticket was let in since a position."""
    found: Counter[str] = Counter()
    while batch := journey.works.ledger.feed(since, limit=500):
        found.update(one.stamp.ticket for one in batch if isinstance(one.stamp, TicketCheckedIn))
        since = batch[-1].position
    return found


@pytest.mark.slow
def test_the_web_dies_in_the_middle_of_a_queue(journey: Journey) -> None:
    bought = [journey.buy(quantity=PIECES) for _ in range(ORDERS)]
    for one in bought:
        one.pay()
        one.reaches("PAID")
    codes = until("tickets are out", lambda: every_code(journey, bought))
    name = f"door-{secrets.token_hex(4)}"
    token = journey.works.tokens.add(name, role="door", shop="winterfest", expires_at=None)
    until("the door knows them", lambda: listed(journey, token) >= len(codes))
    began = journey.works.ledger.head()[0]
    now = datetime.now(UTC).isoformat()
    queue = [
        {"scan": str(uuid4()), "way": "in", "door": "main", "code": code, "scanned_at": now}
        for code in codes
    ]
    with ThreadPoolExecutor(1) as device:
        lost = device.submit(send, journey, token, queue)
        while not entered(journey, began):
            time.sleep(0.001)
        journey.kill("web")
        assert isinstance(lost.exception(), httpx2.TransportError)
    half = entered(journey, began)
    assert 0 < len(half) < len(codes)
    journey.start("web")
    journey.wait_for_web()
    answers = send(journey, token, queue)
    assert {(one["result"], one["recorded"], one["stands"]) for one in answers} == {
        ("valid", True, True)
    }
    assert sum(one["repeated"] for one in answers) == len(half)
    again = send(journey, token, queue)
    assert [{**one, "repeated": True} for one in answers] == again
    assert {*entered(journey, began).values()} == {1}
    assert len(entered(journey, began)) == len(codes)


def send(journey: Journey, token: str, queue: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What became of each scan; the device sends a few in one call."""
    answers: list[dict[str, Any]] = []
    for at in range(0, len(queue), AT_ONCE):
        answer = WIRE.post(
            f"{journey.house.at.shop}/api/v1/shops/winterfest/door/queue",
            json={"sent_at": datetime.now(UTC).isoformat(), "entries": queue[at : at + AT_ONCE]},
            headers={"Authorization": f"Bearer {token}", "Door-Device": "north-1"},
        )
        answers += answer.raise_for_status().json()["entries"]
    return answers


def listed(journey: Journey, token: str) -> int:
    answer = WIRE.get(
        f"{journey.house.at.shop}/api/v1/shops/winterfest/door/list",
        headers={"Authorization": f"Bearer {token}"},
    )
    return len(answer.raise_for_status().json()["tickets"])
