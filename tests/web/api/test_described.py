"""Whatever schemathesis thinks up is answered as the description says, and never with a 5xx."""

from typing import Any

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.kits.examples import examples
from tests.kits.product import SHOP, Product, open_shop
from tests.kits.vouchers import open_voucher, percent
from tests.kits.web_fakes import CapturingStripe

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("text/csv")
def as_sent(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """A list as it is written."""
    return value if isinstance(value, bytes) else str(value).encode()


# The cases are thought up when they are asked for: at import each process would think of them.
described = schemathesis.pytest.from_fixture("shop_described")
turning_away = schemathesis.pytest.from_fixture("turning_away_described")
at_once = schemathesis.pytest.from_fixture("cancelling_described").include(path_regex="^/store/")


@pytest.fixture(autouse=True)
def _named(request: pytest.FixtureRequest) -> None:
    """schemathesis 4.32 reads a name that pytest 9.2 has no more."""
    request.node._nodeid = request.node.nodeid


@pytest.fixture(scope="module")
def product() -> Product:
    return open_shop()


@pytest.fixture(scope="module")
def known(product: Product) -> dict[str, str]:
    """Of a shop, an order, a voucher and somebody on the list, that there are."""
    voucher = open_voucher(product.parts, "FUZZED", percent("10"), uses=500)
    body = {"email": "bea@example.org", "kind": "co_speaker", "name": "Bea"}
    person = product.client.post(f"{SHOP}/people", json=body, headers=product.token("staff"))
    return {
        "shop": "winterfest",
        "order": product.paid().rpartition("/")[2],
        "voucher": str(voucher.id),
        "person": person.json["id"],
    }


@pytest.fixture(scope="module")
def shop_described(product: Product) -> BaseSchema:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", product.app)


@pytest.fixture(scope="module")
def turning_away_described(product: Product) -> BaseSchema:
    """Without the edges of what may be sent: who may not press is turned away before it is read."""
    briefly = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", product.app)
    briefly.config.phases.update(phases=["fuzzing"])
    return briefly


@pytest.fixture(scope="module")
def grace() -> Product:
    return open_shop(provider=CapturingStripe(), grace_period=3600)


@pytest.fixture(scope="module")
def cancelling_described(grace: Product) -> BaseSchema:
    beside = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", grace.app)
    beside.config.update(base_url="http://localhost")  # the call stands beside the API
    return beside


def call(case: schemathesis.Case, product: Product, role: str, known: dict[str, str]) -> None:
    for name in {*case.path_parameters} & {*known}:
        case.path_parameters[name] = known[name]
    case.call_and_validate(headers=product.token(role), checks=CHECKS)


@described.include(method="GET").exclude(path_regex="^/store/").parametrize()
@examples(25)
def test_answers_to_auditors_are_as_described(
    case: schemathesis.Case, product: Product, known: dict[str, str]
):
    call(case, product, "auditor", known)


@turning_away.include(method="POST").exclude(path_regex="^/store/").parametrize()
@examples(25)
def test_what_auditors_press_is_answered_as_described(
    case: schemathesis.Case, product: Product, known: dict[str, str]
):
    call(case, product, "auditor", known)


@described.include(method="POST").exclude(path_regex="^/store/").parametrize()
@examples(25)
def test_answers_to_staff_are_as_described(
    case: schemathesis.Case, product: Product, known: dict[str, str]
):
    call(case, product, "staff", known)


@at_once.given(end=st.sampled_from(["alive", "cancelled", "late", "wrong token", "as it comes"]))
@at_once.parametrize()
@examples(40)
def test_cancelling_at_once_is_answered_as_described(
    case: schemathesis.Case, grace: Product, end: str
):
    placed = grace.place().json
    case.path_parameters["order"] = placed["order"]["id"]
    token = {"x-modification-token": placed["modification_token"]}
    grace.clock.move(hours=1 if end == "late" else 0)
    if end == "cancelled":
        grace.client.post(f"/store/orders/{placed['order']['id']}/cancel", headers=token)
    if end == "wrong token":
        token = {"x-modification-token": "x"}
    if end != "as it comes":
        case.headers.update(token)
    answer = case.call_and_validate(checks=CHECKS)
    if "x-modification-token" not in answer.request.headers:
        end = "as it comes"  # some of the cases are about what happens without
    expected = {"alive": 200, "cancelled": 200, "late": 409, "wrong token": 401, "as it comes": 401}
    assert answer.status_code == expected[end]
