"""A refusal says what it is about, in its own words, to whoever reads a log."""

from ledger.kernel.money import Money
from ledger.kernel.refusals import AmountNotPayable


def test_an_amount_that_cannot_be_paid_says_why():
    refused = AmountNotPayable(total=Money(49, "EUR"), reason="stripe takes €0.50 or more")
    assert str(refused) == refused.reason == "stripe takes €0.50 or more"
    assert refused.total == Money(49, "EUR")
