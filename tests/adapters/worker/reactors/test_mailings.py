"""A letter to all buyers: each gets it once, whoever dies when, and nobody who does not want it."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mail.letters import RenderedLetter, render
from adapters.mail.letters.mime import compose
from adapters.worker.reactor import NOTHING
from adapters.worker.reactors.mailings import Allowance, MailingWork
from ledger.kernel.refusals import ShopChanged, ShopInvalid
from ledger.news.reader import NewsReaders
from ledger.order.commands import AddressBuyer, ChangeContact
from ledger.order.order import Order
from ledger.order.own_words import OwnWords
from ledger.order.stamps import BuyerAddressed, Letter, ReceiptSent
from ledger.shop.buyers_letter import Mailing
from ledger.shop.mailing_service import Mailings
from ledger.shop.stamps import Buyers, MailingStarted, MailingState
from projections.mailings import mailing_letters
from tests.kits.examples import examples
from tests.kits.pages import World
from tests.kits.worker import World as Worker

NEWS = MailingStarted(
    about_order=False,
    product="",
    buyers=(Buyers.PAID,),
    subject={"en": "News of {shop}"},
    text={"en": "Hello, order {order}.\n\nSee https://a.example/x."},
)
ABOUT = replace(NEWS, about_order=True)


class Post:
    """A shop whose buyers are written to, by workers that come and go."""

    def __init__(self) -> None:
        made: Any = World()
        self.world, self.parts = made, made.parts
        self.store, self.shops = made.store, made.shops
        self.readers = NewsReaders(self.store)
        self.mailings = Mailings(self.store, self.shops)

    def buyer(self, email: str = "", *, paid: bool = True, product: str = "weekend") -> Order:
        order = self.world.an_order(product)
        if email:
            order = self.addressed_at(order, email)
        paid_for: Order = self.world.pay(order) if paid else order
        return paid_for

    def addressed_at(self, order: Order, email: str) -> Order:
        assert order.terms.customer is not None
        customer = replace(order.terms.customer, email=email)
        wish = ChangeContact(
            correlation_id=uuid4(),
            actor="staff",
            at=self.world.clock(),
            reason="moved",
            customer=customer,
            email_index=self.store.keyring.blind_index(email),
        )
        moved: Order = self.world.orders.handle(order.id, wish)
        return moved

    def start(self, stamp: MailingStarted = NEWS) -> Mailing:
        version = self.shops.newest("winterfest").version
        return self.mailings.start(
            "winterfest", stamp, reason="because", actor="staff", seen=version
        )

    def worker(self, **more: Any) -> MailingWork:
        """A worker that has just come up: it knows nothing but the ledger and the lists."""
        given: dict[str, Any] = {
            "orders": self.world.orders,
            "shops": self.shops,
            "mailings": self.mailings,
            "readers": self.readers,
            "pages": lambda search, limit: self.parts.views.orders(search, limit=limit),
            "caught_up": lambda position: True,
            "clock": self.world.clock,
            "allowance": Allowance(per_second=1e6, clock=lambda: 0.0, _left=1e6),
        }
        return MailingWork(**{**given, **more})

    def run(self, **more: Any) -> None:
        worker = self.worker(**more)
        for _ in range(10):
            worker("winterfest")

    def reached(self) -> list[UUID]:
        feed = self.store.feed(0, limit=100_000)
        return [one.stream for one in feed if isinstance(one.stamp, BuyerAddressed)]

    def state(self, mailing: Mailing) -> MailingState:
        state: MailingState = self.shops.newest("winterfest").mailings[mailing.id].state
        return state

    def letter(self, order: UUID) -> RenderedLetter:
        found = self.world.orders.get(order)
        (cause,) = found.mailings
        words = OwnWords(self.shops)(found, Letter.BUYERS, cause)
        return render(
            found,
            Letter.BUYERS,
            correlation_id=cause,
            number=None,
            base_url="https://tickets.example",
            words=words,
        )


@pytest.fixture
def post() -> Post:
    return Post()


def test_everybody_who_paid_gets_it_once_and_then_it_is_over(post):
    first, second = post.buyer("a@b.example"), post.buyer("b@b.example")
    post.buyer("c@b.example", paid=False)
    mailing = post.start()
    post.run()
    assert sorted(post.reached()) == sorted([first.id, second.id])
    assert post.state(mailing) is MailingState.FINISHED


def test_news_go_to_an_address_once_what_is_about_the_order_to_each_order(post):
    orders = [post.buyer("a@b.example"), post.buyer("a@b.example")]
    post.start()
    post.run()
    assert len(post.reached()) == 1
    post.start(ABOUT)
    post.run()
    assert len(post.reached()) == 3
    assert {one.id for one in orders} <= {*post.reached()}


def test_who_declined_gets_no_news_but_what_is_about_the_order(post):
    order = post.buyer("a@b.example")
    shop, index = order.terms.shop, order.terms.email_index
    post.readers.choose(shop, index, wanted=False, order=order.id, actor="customer")
    post.start()
    post.run()
    assert post.reached() == []
    post.start(ABOUT)
    post.run()
    assert post.reached() == [order.id]
    post.readers.choose(shop, index, wanted=True, order=order.id, actor="customer")
    post.start()
    post.run()
    assert len(post.reached()) == 2


def test_the_address_itself_stands_nowhere_in_what_is_kept_of_a_choice(post):
    order = post.buyer("a@b.example")
    post.readers.choose(
        order.terms.shop, order.terms.email_index, wanted=False, order=order.id, actor="customer"
    )
    row = post.store.feed(0, limit=100_000)[-1]
    assert "a@b" not in f"{row.stamp} {row.actor} {row.stream}"


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=6), st.data())
@examples(15)
def test_a_worker_that_dies_anywhere_reaches_nobody_twice_and_nobody_less(names, data):
    post = Post()
    orders = [post.buyer(f"{one}@b.example") for one in names]
    about = data.draw(st.booleans())
    mailing = post.start(ABOUT if about else NEWS)
    for _ in range(data.draw(st.integers(0, 4))):
        few = Allowance(per_second=1.0, clock=lambda: 0.0, _left=data.draw(st.integers(0, 3)))
        post.worker(allowance=few)("winterfest")
    post.run()
    wanted = len(orders) if about else len({*names})
    assert len(post.reached()) == len({*post.reached()}) == wanted
    assert post.state(mailing) is MailingState.FINISHED


def test_two_workers_at_once_write_to_nobody_twice(post):
    orders = [post.buyer("a@b.example"), post.buyer("a@b.example")]
    mailing = post.start()
    index, shop = orders[0].terms.email_index, orders[0].terms.shop
    claims = [
        post.readers.addressed(shop, index, mailing=mailing.id, order=one.id, actor="w")
        for one in orders
    ]
    seen = [claim() for claim in claims]  # both have looked before either has written
    for order, claim in zip(orders, seen, strict=True):
        wish = AddressBuyer(
            correlation_id=uuid4(),
            actor="w",
            at=post.world.clock(),
            mailing=mailing.id,
            about_order=False,
        )
        stale = [claim]
        beside = lambda stale=stale, order=order: (  # noqa: E731
            stale.pop()
            if stale
            else post.readers.addressed(
                shop, index, mailing=mailing.id, order=order.id, actor="w"
            )()
        )
        try:
            post.world.orders.handle(order.id, wish, beside=beside)
        except Exception as error:
            assert type(error).__name__ == "NotWanted"  # noqa: PT017
    assert post.reached() == [orders[0].id]


def test_paused_it_reaches_nobody_and_goes_on_where_it_was(post):
    for name in "abc":
        post.buyer(f"{name}@b.example")
    mailing = post.start()
    one = Allowance(per_second=1.0, clock=lambda: 0.0)
    post.run(allowance=one)
    assert len(post.reached()) == 1
    post.mailings.turn(
        "winterfest", mailing.id, MailingState.PAUSED, reason="a slip", actor="staff"
    )
    post.run()
    assert len(post.reached()) == 1
    post.mailings.turn("winterfest", mailing.id, MailingState.RUNNING, reason="ok", actor="staff")
    post.run()
    assert len(post.reached()) == 3


def test_called_off_it_stays_so(post):
    post.buyer("a@b.example")
    mailing = post.start()
    for state in (MailingState.CALLED_OFF, MailingState.RUNNING, MailingState.FINISHED):
        post.mailings.turn("winterfest", mailing.id, state, reason="no", actor="staff")
    post.run()
    assert post.reached() == []
    assert post.state(mailing) is MailingState.CALLED_OFF


def test_lists_that_are_behind_are_waited_for(post):
    post.buyer("a@b.example")
    mailing = post.start()
    post.run(caught_up=lambda position: position < mailing.position)
    assert (post.reached(), post.state(mailing)) == ([], MailingState.RUNNING)


def test_a_product_and_who_bought_later(post):
    post.buyer("a@b.example", product="friday")
    weekend = post.buyer("b@b.example")
    post.start(replace(NEWS, product="weekend"))
    post.world.clock.pass_by(minutes=1)
    post.buyer("c@b.example")
    post.run()
    assert post.reached() == [weekend.id]


def test_one_letter_at_a_time_and_none_that_says_nothing(post):
    with pytest.raises(ShopInvalid):
        post.start(replace(NEWS, subject={}))
    with pytest.raises(ShopInvalid):
        post.start(replace(NEWS, text={"en": "{nmae}"}))
    with pytest.raises(ShopInvalid):
        post.start(replace(NEWS, buyers=()))
    post.start()
    with pytest.raises(ShopChanged):
        post.start()


def test_news_can_be_declined_by_one_press_and_the_headers_say_so(post):
    order = post.buyer("a@b.example")
    post.start()
    post.run()
    made = post.letter(order.id)
    page = f"https://tickets.example/winterfest/orders/{order.id}/news"
    assert made.unsubscribe == page
    assert f'href="{page}"' in made.html
    assert page in made.text
    mail = compose(made, "<1@b.example>", mail_from="a@b.example", at=post.world.clock())
    head = mail.partition(b"\r\n\r\n")[0].decode()
    assert f"List-Unsubscribe: <{page}>\r\n" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in head


def test_what_is_about_the_order_has_no_such_link(post):
    order = post.buyer("a@b.example")
    post.start(ABOUT)
    post.run()
    made = post.letter(order.id)
    assert (made.unsubscribe, "/news" in made.html) == ("", False)
    assert made.subject.startswith("News of")
    assert f"Hello, order #{order.number:06d}." in made.text


def test_the_worker_takes_its_time():
    now = [0.0]
    few = Allowance(per_second=5.0, clock=lambda: now[0])
    assert [few.take() for _ in range(3)] == [True, False, False]
    now[0] = 10.0
    assert sum(few.take() for _ in range(20)) == 5


def to_its_end(worker: MailingWork) -> None:
    while worker("winterfest") is not NOTHING:
        pass


def test_an_order_that_cannot_be_read_holds_back_nobody_else(post):
    bad = post.buyer("a@b.example")
    others = [post.buyer(f"{name}@b.example").id for name in "bc"]
    mailing = post.start()
    orders, broken = post.world.orders, [True]

    class Unreadable:
        def get(self, id: UUID) -> Order:
            if broken and id == bad.id:
                raise LookupError(id)
            found: Order = orders.get(id)
            return found

        def handle(self, *args: Any, **more: Any) -> Order:
            handled: Order = orders.handle(*args, **more)
            return handled

    worker = post.worker(orders=Unreadable())
    for _ in range(3):
        with pytest.raises(LookupError):
            to_its_end(worker)
    assert sorted(post.reached()) == sorted(others)
    assert post.state(mailing) is MailingState.RUNNING
    broken.clear()
    to_its_end(worker)
    assert sorted(post.reached()) == sorted([bad.id, *others])
    assert post.state(mailing) is MailingState.FINISHED


def reached(world: Worker, *, about_order: bool) -> Order:
    """Somebody whose order a letter has reached, and who declined before it left."""
    order = world.placed_and_paid()
    world.letters().run()
    wish = AddressBuyer(
        correlation_id=uuid4(),
        actor="worker",
        at=world.clock(),
        mailing=uuid4(),
        about_order=about_order,
    )
    order = world.orders.handle(order.id, wish)
    NewsReaders(world.store).choose(
        order.terms.shop, order.terms.email_index, wanted=False, order=order.id, actor="customer"
    )
    return order


def test_who_declines_before_the_letter_leaves_does_not_get_it_and_nobody_is_troubled():
    world = Worker()
    order = reached(world, about_order=False)
    sent = len(world.mail.delivered)
    for _ in range(3):
        world.letters().run()
        world.clock.forward(hours=2)
    assert len(world.mail.delivered) == sent
    assert world.opened_cases() == []
    (row,) = mailing_letters(world.orders.get(order.id))
    assert row.state == "declined"


def test_who_declines_still_gets_what_is_about_their_order():
    world = Worker()
    order = reached(world, about_order=True)
    world.letters().run()
    (row,) = mailing_letters(world.orders.get(order.id))
    assert row.state == "sent"


def test_no_letter_is_stamped_as_sent_by_reaching_somebody(post):
    post.buyer("a@b.example")
    post.start()
    post.run()
    feed = post.store.feed(0, limit=100_000)
    assert not [one for one in feed if isinstance(one.stamp, ReceiptSent)]
