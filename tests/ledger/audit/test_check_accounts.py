"""An account is opened once in the stream of its address, and claims an order once."""

import pytest

from ledger.accounts.account import Account, account_id
from ledger.accounts.stamps import AccountLanguageChosen, OrdersClaimed
from ledger.audit import check_accounts
from tests.kits.audit_steps import laws, says
from tests.kits.beside_orders import ADA, OPENED
from tests.kits.spec import ORDER

HERS = account_id("index", 1)
OPEN = Account(id=HERS, opened=OPENED, claimed=frozenset({ADA}))


def test_a3_an_account_is_opened_first_once_and_in_its_own_stream():
    check = check_accounts.opened_once
    chosen = AccountLanguageChosen(language="fi")
    assert not says(check, Account(id=HERS), OPENED, stream=HERS)
    assert not says(check, OPEN, chosen, stream=HERS)
    assert says(check, OPEN, OPENED, stream=HERS) == [
        "A3: AccountOpened on an account that was again opened"
    ]
    assert says(check, Account(id=HERS), chosen, stream=HERS) == [
        "A3: AccountLanguageChosen on an account that was never opened"
    ]
    assert says(check, Account(id=ADA), OPENED, stream=ADA) == [
        "A3: an account stands in a stream of another address"
    ]
    assert not says(check, None, OPENED)


@pytest.mark.parametrize(
    ("orders", "broken"),
    [((ORDER,), []), ((ADA,), ["A3"]), ((ORDER, ORDER), ["A3"]), ((ORDER, ADA), ["A3"])],
)
def test_a3_an_order_is_claimed_once(orders, broken):
    assert laws(check_accounts.claimed_once, OPEN, OrdersClaimed(orders=orders)) == broken
    assert not says(check_accounts.claimed_once, OPEN, AccountLanguageChosen(language="fi"))
    assert not says(check_accounts.claimed_once, None, OrdersClaimed(orders=(ADA, ADA)))
