"""Calls that lead on to each other, at random: thousands of them reach the core, none breaks it."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from ledger.audit.verify import verify
from tests.web.kit import open_shop

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


def walked(examples: int) -> Counter[tuple[str, int]]:
    """How often each call was answered how."""
    product = open_shop(seats=100_000)
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", product.app)
    answers: Counter[tuple[str, int]] = Counter()
    headers = product.token("staff")

    class Walk(described.exclude(path_regex="^/store/").as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: schemathesis.Case) -> None:
            case.headers.update(headers)
            if "shop" in case.path_parameters:
                case.path_parameters["shop"] = "winterfest"
            if isinstance(case.body, dict):
                _make_likely(case.body)

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return {}

        def after_call(self, response: Any, case: schemathesis.Case) -> None:
            answers[case.operation.definition.raw["operationId"], response.status_code] += 1

        def validate_response(self, response: Any, case: schemathesis.Case, **_: Any) -> None:
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
    assert [*verify(product.store.ledger.stored())] == []
    return answers


def _make_likely(body: dict[str, Any]) -> None:
    """What would only be refused at the door is made something that the core decides on."""
    for line in body.get("lines", ()) if isinstance(body.get("lines"), list) else ():
        if isinstance(line, dict) and isinstance(line.get("quantity"), int):
            line["product"], line["quantity"] = "weekend", line["quantity"] % 6
    if isinstance(body.get("customer"), dict):
        body["customer"] = {"first_name": "Ada", "last_name": "B", "email": "a@example.org"}
    if isinstance(body.get("version"), int):
        body["version"] = body["version"] % 5 + 1


def test_a_short_walk_breaks_nothing():
    assert walked(10).total() > 10


@pytest.mark.slow
def test_a_long_walk_breaks_nothing():
    answers = walked(1_200)
    assert answers.total() >= 5_000, answers
    reached = {name for (name, status), _ in answers.items() if status in (200, 201, 202, 409, 412)}
    assert reached >= {"placeOrder", "getOrder", "payOrder", "markOrderPaid", "cancelOrderByStaff"}
