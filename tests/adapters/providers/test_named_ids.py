"""What a message that cannot be understood names all the same (SPEC P8)."""

import json
from base64 import urlsafe_b64encode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.providers.named_ids import NamedIds, named_ids

ORDER, ATTEMPT = UUID(int=2**120 + 7), UUID(int=2**121 + 9)


def short(one: object) -> str:
    return urlsafe_b64encode(getattr(one, "bytes")).decode().rstrip("=")  # noqa: B009


def stripe(**changes: object) -> bytes:
    thing = {"id": "cs_1", "object": "checkout.session", "client_reference_id": str(ORDER)}
    return json.dumps({"id": "evt_1ab", "data": {"object": {**thing, **changes}}}).encode()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (stripe(), NamedIds(orders=(ORDER,), object="cs_1", event="evt_1ab")),
        (stripe()[:-3], NamedIds(orders=(ORDER,), object="", event="evt_1ab")),
        (stripe(id="cs_1ab")[:-3], NamedIds(orders=(ORDER,), object="cs_1ab", event="evt_1ab")),
        (stripe(id=["x"]), NamedIds(orders=(ORDER,), object="", event="evt_1ab")),
        (
            f"/webhooks/paytrail/w/{ORDER}/callback?checkout-stamp=x&checkout-transaction-id=t-17"
            "&checkout-amount=much".encode(),
            NamedIds(orders=(ORDER,), object="t-17"),
        ),
        (
            json.dumps(
                {"id": "c0ffee", "checkout_reference": f"{short(ORDER)}.{short(ATTEMPT)}.1"}
            ).encode(),
            NamedIds(orders=(ORDER,), object="c0ffee"),
        ),
        (b"\xff nonsense", NamedIds()),
        (b'{"id": "aino@example.org <script>"}', NamedIds()),
        (b"[" * 100_000, NamedIds()),
    ],
)
def test_every_id_that_is_there_is_found(body: bytes, named: NamedIds) -> None:
    found = named_ids(body)
    assert found == named


@given(some.binary(max_size=300) | some.text().map(str.encode))
def test_nothing_makes_it_fail(body: bytes) -> None:
    named_ids(body)
