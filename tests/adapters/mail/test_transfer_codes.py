"""The code for a bank's app on a page: as large as the page makes it, and whole."""

import re

import pytest

from adapters.mail.letters.how_to_pay import transfer_svg
from adapters.mail.tickets.machine_codes import ticket_svg
from ledger.kernel.money import Money
from ledger.order.numbers import payment_reference
from ledger.shop.stamps import BankAccount


@pytest.mark.parametrize("holder", ["Winterfest", "Föreningen för vinterns alla fester " * 2])
def test_the_whole_square_is_in_the_picture_whatever_the_page_makes_its_size(holder: str):
    account = BankAccount(iban="FI2112345600000785", holder=holder[:70].strip(), bic="NDEAFIHH")
    price, reference = Money(7000, "EUR"), payment_reference(2027, 1)
    drawn = transfer_svg(account, amount=price, reference=reference, title="Pay")
    for svg in (drawn, ticket_svg("TEJSJM6235MUDYWG", "A ticket")):
        (opening,) = re.findall(r"<svg[^>]*>", svg)
        assert 'viewBox="0 0 ' in opening
        assert "width=" not in opening
        assert "height=" not in opening
