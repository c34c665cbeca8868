"""VAT per rate: one rule for page and letter, whatever the shop file wrote."""

from dataclasses import replace

from adapters.mail.letters.context import vat_of_order
from ledger.kernel.money import Money
from tests.kits.worlds import SPEC, WEEKEND, World
from web.pages.order import vat_of
from web.pages.shop import by_rate

EUR = "EUR"


def test_one_rate_written_in_two_ways_is_one_rate_and_rounded_once():
    written = ["13.5", "13.50", "13.500", "013.5"]
    assert by_rate([(one, Money(101, EUR)) for one in written]) == [("13.5", Money(48, EUR))]


def test_no_vat_is_kept_and_the_highest_comes_first():
    lines = [("0", Money(100, EUR)), ("24.00", Money(124, EUR)), ("10", Money(110, EUR))]
    told = by_rate(lines)
    assert told == [("24", Money(24, EUR)), ("10", Money(10, EUR)), ("0", Money(0, EUR))]


def test_page_and_letter_tell_the_same():
    products = tuple(
        replace(WEEKEND, slug=f"p{number}", vat_percent=rate, price=Money(333, EUR))
        for number, rate in enumerate(("13.5", "13.50", "25.5", "0.0"))
    )
    world = World(replace(SPEC, products=products))
    order = world.place("order", *((one.slug, 1) for one in products))
    letter = [(one.rate, one.vat) for one in vat_of_order(order)]
    assert vat_of(order) == letter
    assert [rate for rate, _ in letter] == ["25.5", "13.5", "0"]
