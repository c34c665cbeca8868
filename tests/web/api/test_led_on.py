"""Calls that lead on to each other, at random: thousands of them reach the core, none breaks it."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)

from ledger.audit.verify import verify
from tests.kits.product import SHOP, Product, open_shop

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


class House:
    """A fresh shop for each walk, behind one address: the same steps come to the same."""

    def __init__(self) -> None:
        self.product = open_shop()
        self.open()

    def open(self) -> None:
        """Another shop; whatever worked for the last one is over."""
        self.product.store.ledger.close()
        self.product = open_shop()
        self.headers = self.product.token("staff")
        self.placed = [self.product.paid().rpartition("/")[2]]

    def prepare(self, case: Any) -> None:
        """Staff call, about this shop and an order that there is, with a body that means it."""
        case.headers.update(self.headers)
        if "shop" in case.path_parameters:
            case.path_parameters["shop"] = "winterfest"
        if "order" in case.path_parameters and case.path_parameters["order"] not in self.placed:
            unknown = len(str(case.path_parameters["order"]))
            case.path_parameters["order"] = self.placed[-1 - unknown % len(self.placed)]
        if isinstance(case.body, dict):
            _make_likely(case.body)
            _look_at_it(case, self.product)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.product.app(environ, start_response)


def walked(examples: int) -> Counter[tuple[str, int]]:
    """How often each call was answered how."""
    house = House()
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", house)
    answers: Counter[tuple[str, int]] = Counter()

    class Walk(described.exclude(path_regex="^/(store|cases|openapi)").as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            house.open()

        def teardown(self) -> None:
            assert [*verify(house.product.store.ledger.stored())] == []

        def before_call(self, case: Any) -> None:
            house.prepare(case)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {}

        def after_call(self, response: Any, case: Any) -> None:
            name = case.operation.definition.raw["operationId"]
            answers[name, response.status_code] += 1
            if (name, response.status_code) == ("placeOrder", 201):
                house.placed.append(response.json()["order"]["id"])

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    Walk.run(
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
    )
    return answers


def _make_likely(body: dict[str, Any]) -> None:
    """What would only be refused at the door is made something that the core decides on."""
    if isinstance(body.get("customer"), dict) and isinstance(body.get("lines"), list):
        many = 1 + len(body["lines"]) % 5
        body["lines"] = [{"product": "weekend", "quantity": many}]
        body["customer"] = {
            "first_name": "Ada",
            "last_name": "B",
            "email": "a@example.org",
        }


def _look_at_it(case: Any, product: Product) -> None:
    """Two of three callers looked at the order just before."""
    seen, order = case.body.get("version"), case.path_parameters.get("order")
    if isinstance(seen, int) and isinstance(order, str) and seen % 3:
        case.body["version"] = product.client.get(f"{SHOP}/orders/{order}").json.get(
            "version", seen
        )


def test_a_short_walk_breaks_nothing():
    assert walked(10).total() > 10


@pytest.mark.slow
def test_a_long_walk_breaks_nothing():
    answers = walked(600)
    assert answers.total() >= 5_000, answers
    reached = {name for (name, status), _ in answers.items() if status in (200, 201, 202, 409, 412)}
    assert reached >= {
        "placeOrder",
        "getOrder",
        "payOrder",
        "markOrderPaid",
        "cancelOrderByStaff",
    }
