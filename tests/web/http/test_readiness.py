"""What `/readyz` says is measured: each word turns when what it tells of does."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from adapters.postgres.views.queries import IntentCount, LetterCount, StoppedLane
from tests.kits.product import Product
from tests.kits.web_fakes import NOON


def told(product: Product) -> tuple[int, str, dict[str, Any]]:
    answer = product.client.get("/readyz")
    return answer.status_code, answer.json["status"], answer.json["checks"]


def ago(**span: float) -> Any:
    return NOON - timedelta(**span)


def test_a_moment_behind_is_no_lag(product: Product):
    product.views.lag, product.views.behind_since = 3, ago(seconds=1)
    assert told(product)[:2] == (200, "ready")


def test_rows_that_stopped_following_are_told_and_take_nobody_away(product: Product):
    product.views.lag, product.views.behind_since = 3, ago(minutes=5)
    status, word, checks = told(product)
    assert (status, word, checks["lag"]["ok"]) == (200, "degraded", False)
    assert (checks["lag"]["behind"], checks["lag"]["seconds"]) == ({"order_pages": 3}, 300)


def test_one_stream_that_stands_still_is_told(product: Product):
    lane = StoppedLane(stream=uuid4(), position=7, error="DataError", stopped_at=NOON)
    product.views.stopped.append(lane)
    status, word, checks = told(product)
    assert (status, word) == (200, "degraded")
    assert (checks["lag"]["ok"], checks["lag"]["stopped"]) == (False, 1)


WAITS = {"state": "due", "waiting": True, "many": 2, "since": ago(hours=1), "changed_at": None}
SENT = {"state": "sent", "waiting": False, "many": 9, "since": None, "changed_at": ago(minutes=1)}


@pytest.mark.parametrize(
    ("letters", "well"),
    [
        ([], True),
        ([WAITS], False),
        ([WAITS, SENT], True),
        ([WAITS, {**SENT, "changed_at": ago(hours=1)}], False),
        ([{**WAITS, "since": ago(minutes=1)}], True),
    ],
)
def test_letters_that_wait_while_none_goes_out_are_told(product: Product, letters, well):
    product.views.letters.extend(LetterCount(**one) for one in letters)
    status, _, checks = told(product)
    assert (status, checks["mail"]["ok"]) == (200, well)
    assert checks["mail"]["waiting"] == (2 if letters else 0)


@pytest.mark.parametrize(("minutes", "well"), [(1, True), (10, False)])
def test_a_provider_that_does_not_answer_is_told(product: Product, minutes, well):
    asked = IntentCount(kind="refund", provider="stripe", many=1, since=ago(minutes=minutes))
    product.views.intents.append(asked)
    status, _, checks = told(product)
    assert (status, checks["providers"]["ok"]) == (200, well)
    assert checks["providers"]["unanswered"] == {"stripe": 60 * minutes}
