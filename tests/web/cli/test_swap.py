"""`orders swap`, as ticket sales type it."""

import re
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from ledger.kernel.refusals import PiecesNotLeft, QuantityNotAllowed, UnknownProduct
from ledger.order.status import Status, status
from tests.kits.product import Product
from web.actions.approvals import approve
from web.cli.swap import swap_lines


def run(product: Product, *words: str) -> Result:
    return CliRunner().invoke(swap_lines, [*words, "--reason", "ill"], obj=lambda: product.parts)


@pytest.fixture
def bought(product: Product) -> str:
    """A paid order for three tickets."""
    address, attempt = product.placed(lines=[{"product": "weekend", "quantity": 3}])
    product.tell(address, attempt, amount=10500)
    return address.rpartition("/")[2]


def test_without_commit_it_only_tells(product: Product, bought: str):
    size = product.parts.store.head()
    told = run(product, bought, "--give", "weekend=2", "--take", "weekend=1")
    assert told.output == (
        "1 × weekend: 35.00 EUR. 35.00 EUR is set against it, 35.00 EUR goes back, 0.00 EUR is"
        " still to pay.\nNothing was done. Say --commit to do it.\n"
    )
    assert product.parts.store.head() == size


def test_with_commit_both_orders_move(product: Product, bought: str):
    done = run(product, bought, "--give", "weekend=1", "--take", "weekend=2", "--commit")
    last = done.output.splitlines()[-1]
    assert last.startswith("The order is PARTIALLY_REFUNDED. The new one is PENDING: ")
    (name,) = re.findall(r"[0-9a-f-]{36}", last)
    old, new = (product.parts.orders.get(UUID(one)) for one in (bought, name))
    assert ([one.quantity for one in old.lines], new.missing) == ([2], new.received)
    assert [one.order for one in old.swaps.values()] == [new.id]


def test_all_of_it_goes_where_nothing_is_named(product: Product, bought: str):
    done = run(product, bought, "--take", "weekend=3", "--commit")
    assert "The order is REFUNDED. The new one is PAID" in done.output
    assert status(product.parts.orders.get(UUID(bought))) is Status.REFUNDED


def test_what_is_not_there_is_refused(product: Product, bought: str):
    for words, refusal in (
        (["--give", "weekend=9", "--take", "weekend=1"], PiecesNotLeft),
        (["--take", "nothing=1"], UnknownProduct),
        (["--take", "weekend=0"], QuantityNotAllowed),
    ):
        assert type(run(product, bought, *words, "--commit").exception) is refusal


def test_a_second_person_is_asked_for_the_swap_itself(product: Product, bought: str):
    told = run(product, bought, "--take", "weekend=1", "--commit", "--ask-approval")
    assert "70.00 EUR goes back" in told.output
    assert "Asked for swap, 70.00 EUR: approval " in told.output
    (waiting,) = product.parts.approvals.waiting(product.clock())
    assert product.parts.orders.get(UUID(bought)).swaps == {}
    approve(product.parts, waiting.id, actor="somebody else")
    assert len(product.parts.orders.get(UUID(bought)).swaps) == 1
