"""`orders settle-refund`, as an operator types it."""

from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result

from ledger.payments.provider import NoAnswer
from tests.kits.product import Product
from web.cli.corrections import settle_refund


def run(product: Product, *words: str) -> Result:
    return CliRunner().invoke(settle_refund, words, obj=lambda: product.parts)


@pytest.fixture
def unknown(product: Product) -> str:
    """An order whose refund nobody answered for."""
    address = product.paid()
    product.client.post(f"{address}/cancellation-requests")
    product.provider.mood = "silent"
    product.client.post(f"{address}/cancellation", json={"code": product.link(address)})
    product.provider.find_refund = lambda ask: NoAnswer("away")  # type: ignore[method-assign]
    return address.rpartition("/")[2]


def test_it_was_made(product: Product, unknown: str):
    done = run(product, unknown, "--made", "re_9")
    assert (done.exit_code, done.output) == (0, "The order is REFUNDED.\n")
    assert product.parts.orders.get(UUID(unknown)).refunded.amount == 3500


def test_it_was_never_made(product: Product, unknown: str):
    done = run(product, unknown, "--never-made")
    assert (done.exit_code, done.output) == (0, "The order is REFUND_FAILED.\n")


@pytest.mark.parametrize(
    "words",
    [[], ["--made", "re_9", "--never-made"], ["--made", "two words"], ["--made", ""]],
)
def test_what_is_said_must_be_one_thing(product: Product, unknown: str, words: list[str]):
    size = product.parts.store.head()[0]
    assert run(product, unknown, *words).exit_code == 2
    assert product.parts.store.head()[0] == size


def test_only_what_is_unknown_can_be_settled(product: Product, unknown: str):
    run(product, unknown, "--never-made")
    again = run(product, unknown, "--never-made")
    assert again.exit_code == 2
    assert "none" in again.output
    assert run(product, unknown, "--refund", str(uuid4()), "--never-made").exit_code == 1
