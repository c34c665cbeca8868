"""Who wants news of a shop: by address, each letter once, until they say no."""

from uuid import UUID, uuid4

import pytest

from ledger.kernel.events import Draft, Foreign
from ledger.kernel.store import Append
from ledger.news.reader import NewsReader, NewsReaders, NotWanted, fold_reader
from ledger.news.stamps import NewsAddressed, NewsDeclined, NewsWanted, reader_id
from tests.kits.histories import SHOP
from tests.kits.worlds import World

ORDER, MAILING = UUID(int=3), UUID(int=4)


class News:
    def __init__(self) -> None:
        self.store = World().store
        self.readers = NewsReaders(self.store)

    def choose(self, *, wanted: bool) -> NewsReader:
        return self.readers.choose(SHOP, "ada", wanted=wanted, order=ORDER, actor="customer")

    def address(self, mailing: UUID) -> None:
        claim = self.readers.addressed(SHOP, "ada", mailing=mailing, order=ORDER, actor="worker")
        self.store.append(claim())

    @property
    def stamps(self) -> list[object]:
        return [one.stamp for one in self.store.read(reader_id(SHOP, "ada"))]


@pytest.fixture
def news() -> News:
    return News()


def test_whoever_was_never_asked_wants_news(news):
    reader = news.readers.get(SHOP, "ada")
    assert reader == NewsReader(id=reader_id(SHOP, "ada"), version=0)
    assert reader.wants(MAILING)


def test_a_letter_goes_to_an_address_once(news):
    news.address(MAILING)
    assert not news.readers.get(SHOP, "ada").wants(MAILING)
    with pytest.raises(NotWanted):
        news.address(MAILING)
    news.address(another := uuid4())
    assert news.readers.get(SHOP, "ada").mailings == {MAILING, another}
    assert news.stamps == [NewsAddressed(mailing=one, order=ORDER) for one in (MAILING, another)]
    assert {one.actor for one in news.store.read(reader_id(SHOP, "ada"))} == {"worker"}


def test_whoever_declines_gets_none_until_they_want_news_again(news):
    assert news.choose(wanted=False).declined
    with pytest.raises(NotWanted):
        news.address(MAILING)
    assert not news.choose(wanted=True).declined
    news.address(MAILING)
    assert news.stamps == [
        NewsDeclined(order=ORDER),
        NewsWanted(order=ORDER),
        NewsAddressed(mailing=MAILING, order=ORDER),
    ]


def test_the_same_choice_again_changes_nothing(news):
    assert news.choose(wanted=True).version == 0
    assert [news.choose(wanted=False).version for _ in range(2)] == [1, 1]


def test_a_choice_that_meets_another_looks_again(news):
    store = news.store

    class Slow:
        """Between looking and appending, a letter goes out to the address."""

        read = store.read

        def append(self, *appends: Append):
            if not news.stamps:
                news.address(MAILING)
            return store.append(*appends)

    slow = NewsReaders(Slow())  # type: ignore[arg-type]
    reader = slow.choose(SHOP, "ada", wanted=False, order=ORDER, actor="customer")
    assert (reader.declined, reader.version) == (True, 2)


def test_addresses_and_shops_do_not_know_of_each_other(news):
    news.choose(wanted=False)
    assert news.readers.get(SHOP, "bea").wants(MAILING)
    assert news.readers.get(uuid4(), "ada").wants(MAILING)


def test_another_streams_stamp_is_no_readers():
    world = World()
    with pytest.raises(Foreign):
        fold_reader(ORDER, world.orders.history(world.place().id))


def test_a_draft_of_a_letter_expects_the_reader_as_it_was_looked_at(news):
    claim = news.readers.addressed(SHOP, "ada", mailing=MAILING, order=ORDER, actor="worker")()
    (draft,) = claim.drafts
    assert isinstance(draft, Draft)
    assert claim.expected == {reader_id(SHOP, "ada"): 0}
