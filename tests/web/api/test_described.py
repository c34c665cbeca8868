"""Whatever schemathesis thinks up is answered as the description says, and never with a 5xx."""

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
from tests.kits.product import Product, open_shop
from tests.kits.web_fakes import CapturingStripe

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


# The cases are thought up when they are asked for: at import each process would think of them.
described = schemathesis.pytest.from_fixture("shop_described")
at_once = schemathesis.pytest.from_fixture("cancelling_described").include(path_regex="^/store/")


@pytest.fixture(autouse=True)
def _named(request: pytest.FixtureRequest) -> None:
    """schemathesis 4.32 reads a name that pytest 9.2 has no more."""
    request.node._nodeid = request.node.nodeid


@pytest.fixture(scope="module")
def product() -> Product:
    return open_shop()


@pytest.fixture(scope="module")
def order(product: Product) -> str:
    return product.paid().rpartition("/")[2]


@pytest.fixture(scope="module")
def shop_described(product: Product) -> BaseSchema:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", product.app)


@pytest.fixture(scope="module")
def grace() -> Product:
    return open_shop(provider=CapturingStripe(), grace_period=3600)


@pytest.fixture(scope="module")
def cancelling_described(grace: Product) -> BaseSchema:
    beside = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", grace.app)
    beside.config.update(base_url="http://localhost")  # the call stands beside the API
    return beside


def call(case: schemathesis.Case, product: Product, role: str, order: str) -> None:
    known = {"shop": "winterfest", "order": order}
    for name in {*case.path_parameters} & {*known}:
        case.path_parameters[name] = known[name]
    case.call_and_validate(headers=product.token(role), checks=CHECKS)


@described.exclude(path_regex="^/store/").parametrize()
@examples(25)
def test_answers_to_auditors_are_as_described(
    case: schemathesis.Case, product: Product, order: str
):
    call(case, product, "auditor", order)


@described.include(method="POST").exclude(path_regex="^/store/").parametrize()
@examples(25)
def test_answers_to_staff_are_as_described(case: schemathesis.Case, product: Product, order: str):
    call(case, product, "staff", order)


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
