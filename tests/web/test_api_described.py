"""Whatever schemathesis thinks up is answered as the description says, and never with a 5xx."""

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.kit import open_shop

product = open_shop()
order = product.paid().rpartition("/")[2]
described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", product.app)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def call(case: schemathesis.Case, role: str) -> None:
    known = {"shop": "winterfest", "order": order}
    for name in {*case.path_parameters} & {*known}:
        case.path_parameters[name] = known[name]
    case.call_and_validate(headers=product.token(role), checks=CHECKS)


@described.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_to_auditors_are_as_described(case: schemathesis.Case):
    call(case, "auditor")


@described.include(method="POST").parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_to_staff_are_as_described(case: schemathesis.Case):
    call(case, "staff")
