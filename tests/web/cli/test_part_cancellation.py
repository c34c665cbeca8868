"""`orders cancel-part`, as ticket sales type it."""

from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from tests.kits.product import Product
from web.cli.part_cancellation import cancel_part


def run(product: Product, *words: str) -> Result:
    return CliRunner().invoke(cancel_part, words, obj=lambda: product.parts)


@pytest.fixture
def bought(product: Product) -> str:
    """A paid order for three tickets."""
    address, attempt = product.placed(lines=[{"product": "weekend", "quantity": 3}])
    product.tell(address, attempt, amount=10500)
    return address.rpartition("/")[2]


def test_without_commit_it_only_tells(product: Product, bought: str):
    size = product.parts.store.head()
    told = run(product, bought, "--piece", "weekend=1", "--reason", "ill")
    assert told.exit_code == 0
    assert "1 × weekend: 35.00 EUR goes back (VAT 4.16 EUR at 13.5 %), 0.00 EUR is kept." in (
        told.output
    )
    assert "Tickets that stop being valid: 3." in told.output
    assert "Nothing was done" in told.output
    assert product.parts.store.head() == size


def test_with_commit_the_piece_is_gone_and_the_rest_lives(product: Product, bought: str):
    done = run(product, bought, "--piece", "weekend=1", "--reason", "ill", "--commit")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "The order is REFUND_REQUESTED.")
    order = product.parts.orders.get(UUID(bought))
    assert (order.alive, [line.quantity for line in order.lines]) == (True, [2])


def test_all_that_is_left_is_the_order(product: Product, bought: str):
    words = ("--piece", "weekend=3", "--reason", "ill", "--by-hand", "--commit")
    done = run(product, bought, *words)
    assert "the order is cancelled" in done.output
    assert done.output.splitlines()[-1] == "The order is REFUNDED."
    assert not product.parts.orders.get(UUID(bought)).alive


@pytest.mark.parametrize("piece", ["weekend", "weekend=x", "=1", "weekend=-1", "weekend=9999999"])
def test_what_is_no_choice_is_asked_for_again(product: Product, bought: str, piece: str):
    assert run(product, bought, "--piece", piece, "--reason", "ill").exit_code == 2


def test_tickets_are_named_by_their_numbers(product: Product, bought: str):
    told = run(product, bought, "--ticket", "1", "--ticket", "3", "--reason", "ill", "--commit")
    assert told.exit_code == 0
    assert "2 × weekend: 70.00 EUR goes back" in told.output
    assert "Tickets that stop being valid: 1, 3." in told.output
    assert product.parts.orders.get(UUID(bought)).which_cancelled == {0: frozenset({0, 2})}
