"""A letter to all and news reach an address once, and only if they are wanted."""

from uuid import UUID

from ledger.audit import check_news
from ledger.kernel.events import derived
from ledger.news.reader import NewsReader
from ledger.news.stamps import NewsAddressed
from ledger.order.stamps import BuyerAddressed
from tests.kits.audit_steps import BOUGHT, laws, says
from tests.kits.beside_orders import ADA
from tests.kits.spec import ASKED, ORDER, PAGE, PAID, PLACED, order_of, put


def test_law_9_a_letter_to_all_buyers_reaches_an_order_once_under_its_own_id():
    check, mailing = check_news.reached_once, UUID(int=3)
    letter = BuyerAddressed(mailing=mailing, about_order=True)
    own = derived(mailing, str(ORDER))
    assert not says(check, BOUGHT, letter, under=own)
    assert says(check, BOUGHT, letter) == [
        "9: a letter to all buyers stands under another correlation id"
    ]
    had = order_of(PLACED, ASKED, PAGE, PAID, put(letter, under=own))
    assert says(check, had, letter, under=own) == [
        "9: a letter to all buyers reaches an order twice"
    ]
    assert not says(check, None, letter)


def test_law_9_news_go_to_an_address_once_and_if_they_are_wanted():
    check, mailing = check_news.news_wanted, UUID(int=3)
    news = NewsAddressed(mailing=mailing, order=ORDER)
    assert not says(check, NewsReader(id=ADA), news)
    assert laws(check, NewsReader(id=ADA, declined=True), news) == ["9"]
    had = NewsReader(id=ADA, mailings=frozenset({mailing}), declined=True)
    assert says(check, had, news) == [
        "9: news go to an address twice",
        "9: news go to an address that declined them",
    ]
    assert not says(check, None, news)
    assert not says(check, had, PAID)
