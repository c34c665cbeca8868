"""A letter keeps the words of its shop that it was written in, whatever the shop says later."""

from dataclasses import replace

import pytest

from adapters.mail.letters import letter_text, render
from adapters.mail.smtp import Rejected
from adapters.worker.reactors.deliver_letter import content_of
from ledger.kernel.refusals import ShopUnreadable
from ledger.kernel.values import replace as copied
from ledger.order.evolve import fold
from ledger.order.own_words import OwnWords
from ledger.order.stamps import Letter, LetterWordsUsed, ReceiptSendStarted, ReceiptSent
from ledger.shop.letter_words import LetterWords
from ledger.shop.shop import spec_of
from tests.kits.worker import World

BASE = "https://tickets.example"


def a_world() -> World:
    world = World()
    own = OwnWords(world.shops)
    world.render = lambda order, due, number: render(
        order,
        due.letter,
        correlation_id=due.correlation_id,
        number=number,
        base_url=BASE,
        words=own(order, due.letter, due.correlation_id),
    )
    return world


def say(world: World, text: str) -> None:
    spec = spec_of(world.shops.newest("winterfest"))
    words = {"paid": LetterWords(subject={"en": text}, opening={"en": text})} if text else {}
    world.shops.import_shop(replace(spec, letters=words), actor="test", at=world.clock())


def post(world: World) -> None:
    letters = replace(world.letters(), words=OwnWords(world.shops).version)
    letters.run()


def stamps_of(world: World, kind: type) -> list:
    return [one for one in world.stamps() if isinstance(one.stamp, kind)]


def test_a_letter_is_written_again_as_it_was_after_the_words_changed():
    world = a_world()
    say(world, "First words.")
    order = world.placed_and_paid()
    post(world)
    say(world, "Second words.")
    (sent,) = stamps_of(world, ReceiptSent)
    history = world.orders.history(order.id)
    claim = next(n for n, one in enumerate(history, 1) if isinstance(one.stamp, ReceiptSendStarted))
    as_claimed = fold(order.id, history[:claim])
    own = OwnWords(world.shops)
    again = render(
        as_claimed,
        Letter.PAID,
        correlation_id=sent.correlation_id,
        number=as_claimed.postings[sent.correlation_id, Letter.PAID].number,
        base_url=BASE,
        words=own(as_claimed, Letter.PAID, sent.correlation_id),
    )
    assert "First words." in again.text
    assert world.keyring.keyed_hash(content_of(again)) == sent.stamp.body_hash
    now = letter_text(order, Letter.PAID, sent.correlation_id, None, base_url=BASE, own=own)
    assert "Second words." in now


def test_the_words_stand_before_the_claim_in_its_append():
    world = a_world()
    say(world, "Words.")
    order = world.placed_and_paid()
    post(world)
    kinds = [type(one.stamp) for one in world.orders.history(order.id)]
    at = kinds.index(ReceiptSendStarted)
    assert kinds[at - 1] is LetterWordsUsed
    (used,) = stamps_of(world, LetterWordsUsed)
    assert used.stamp.version == world.shops.newest("winterfest").worded["paid"]


def test_a_shop_without_words_stamps_nothing_of_them():
    world = a_world()
    world.placed_and_paid()
    post(world)
    assert stamps_of(world, LetterWordsUsed) == []
    assert world.posted() == ["ReceiptSendStarted", "ReceiptSent"]


def test_each_try_tells_its_own_words():
    world = a_world()
    say(world, "First words.")
    order = world.placed_and_paid()
    world.mail.answers = [Rejected("451", permanent=False)]
    post(world)
    say(world, "")
    world.clock.forward(hours=1)
    post(world)
    ((cause, _), posting) = next(iter(world.orders.get(order.id).postings.items()))
    assert posting.words == 0
    assert [one.stamp.try_number for one in stamps_of(world, LetterWordsUsed)] == [1]
    assert world.mail.delivered[-1][0].startswith("Your tickets")
    assert cause == stamps_of(world, ReceiptSent)[0].correlation_id


def test_words_that_cannot_be_read_are_not_replaced_by_others():
    world = a_world()
    say(world, "Words.")
    world.placed_and_paid()
    post(world)
    order = world.orders.get(world.all_orders()[0])
    ((cause, letter),) = order.postings
    used = order.postings[cause, letter].words
    unsaid = copied(order.postings[cause, letter], worded={1: used + 1})
    with pytest.raises(ShopUnreadable):
        OwnWords(world.shops)(copied(order, postings={(cause, letter): unsaid}), letter, cause)
