"""Any input whatever gives a 4xx, and an unharmed ledger (SPEC Z4)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kits.examples import examples
from tests.kits.product import ADA, SHOP, SIGNED, Product, open_shop

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
text = st.text(max_size=60)
near_orders = st.fixed_dictionaries(
    {},
    optional={
        "customer": anything | st.fixed_dictionaries({}, optional=dict.fromkeys(ADA, text)),
        "lines": anything
        | st.lists(
            st.fixed_dictionaries(
                {
                    "product": st.sampled_from(["weekend", "sauna", "helper", "\0"]) | text,
                    "quantity": st.integers() | anything,
                }
            ),
            max_size=3,
        ),
        "language": anything,
        "voucher": anything,
    },
)
bodies = st.binary(max_size=200) | (anything | near_orders).map(
    lambda one: json.dumps(one).encode()
)
headers = st.dictionaries(
    st.sampled_from(["Idempotency-Key", "Authorization", "Accept-Language", "Content-Type"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    max_size=3,
)
paths = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="?#\\"), min_size=1, max_size=40
)
hostile = examples(60)
CALLS = ["orders", "orders/{}", "orders/{}/payments", "orders/{}/cancellation-requests"]
CALLS += ["orders/{}/cancellation", "orders/{}/stamps", "products"]
CALLS += ["people", "people/acts", "people/import", "vouchers"]
CALLS += [f"orders/{{}}/{call}" for call in ("refunds", "mark-paid", "cancel", "receipts")]


@pytest.fixture(scope="module")
def shared() -> tuple[Product, str]:
    """One product for all examples, with a paid order in it."""
    product = open_shop()
    return product, product.paid().rpartition("/")[2]


def unharmed(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.json["status"] == answer.status_code
        assert answer.json["detail"]


@pytest.mark.parametrize("call", CALLS)
@hostile
@given(body=bodies, head=headers)
def test_no_body_or_header_breaks_a_call(
    shared: tuple[Product, str], call: str, body: bytes, head: dict[str, str]
):
    product, order = shared
    head = {"Content-Type": "application/json", **head}
    for method in ("POST", "GET"):
        address = f"{SHOP}/{call.format(order)}"
        unharmed(product.client.open(address, method=method, data=body, headers=head))


@hostile
@given(body=bodies, head=headers, signed=st.booleans())
def test_no_webhook_breaks_the_door(
    shared: tuple[Product, str], body: bytes, head: dict[str, str], signed: bool
):
    product, _ = shared
    head = {**head, **SIGNED} if signed else head
    unharmed(product.client.post("/webhooks/stripe", data=body, headers=head))


@hostile
@given(one=paths, two=paths, query=paths)
def test_no_address_breaks_the_api(shared: tuple[Product, str], one: str, two: str, query: str):
    product, _ = shared
    for path in (f"/api/v1/shops/{one}/orders/{two}", f"/api/v1/{one}", f"/webhooks/{two}"):
        answer = product.client.get(path, query_string={"state": query, "language": query})
        assert answer.status_code < 500
