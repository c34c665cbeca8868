"""`shop cancel`, `shop move` and `shop progress`, as an organiser types them."""

import json
from datetime import timedelta

from click.testing import CliRunner, Result

from tests.kits.product import Product
from web.cli.shop_changes import cancel_shop, move_shop, shop_progress

SHOP = "winterfest"
WHY = ("--reason", "The hall burnt down.", "--reason", "fi=Halli paloi.")


def run(product: Product, command, *words: str) -> Result:
    return CliRunner().invoke(command, words, obj=lambda: product.parts)


def test_without_commit_nothing_is_written_and_everything_is_told(product: Product):
    product.place()
    product.place()
    head = product.parts.store.head()
    told = run(product, cancel_shop, SHOP, *WHY)
    assert told.exit_code == 0, told.output
    assert "2 orders are cancelled, each told by one letter." in told.output
    assert "unpaid" in told.output
    assert "Nothing was written" in told.output
    assert product.parts.store.head() == head


def test_with_commit_the_shop_is_stamped_once_in_every_language(product: Product):
    product.place()
    run(product, cancel_shop, SHOP, *WHY, "--commit", "--no-wait")
    size, _ = product.parts.store.head()
    shop = product.parts.shops.newest(SHOP)
    assert shop.cancelled is not None
    assert shop.cancelled.reason == {"en": "The hall burnt down.", "fi": "Halli paloi."}
    again = run(product, cancel_shop, SHOP, *WHY, "--commit", "--no-wait")
    assert again.exit_code == 0
    assert product.parts.store.head()[0] == size


def test_progress_tells_who_has_not_followed_yet(product: Product):
    product.place()
    assert run(product, shop_progress, SHOP).exit_code == 0
    run(product, cancel_shop, SHOP, *WHY, "--commit", "--no-wait")
    told = run(product, shop_progress, SHOP, "--json")
    assert told.exit_code == 1
    document = json.loads(told.stdout)
    assert (document["cancelled"], document["left"]) == (True, 1)
    assert document["orders"][0]["fate"] == "unpaid"


def test_a_move_is_told_in_utc_and_stamped_with_commit(product: Product):
    start = (product.parts.clock() + timedelta(days=300)).replace(microsecond=0)
    words = (SHOP, "--start", start.isoformat(), *WHY)
    assert "Nothing was written" in run(product, move_shop, *words).output
    assert run(product, move_shop, *words, "--commit", "--no-wait").exit_code == 0
    assert product.parts.shops.newest(SHOP).terms.starts_at == start


def test_a_move_into_the_past_is_refused_and_says_why(product: Product):
    start = (product.parts.clock() - timedelta(days=3)).isoformat()
    refused = run(product, move_shop, SHOP, "--start", start, *WHY)
    assert refused.exception is not None
    assert "a time that lies ahead" in str(refused.exception)
