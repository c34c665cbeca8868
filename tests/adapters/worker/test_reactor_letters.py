from threading import Barrier, Thread

import pytest

from adapters.smtp_mail import Rejected, Unknown
from adapters.worker.delivery import MOST_TRIES, DeliveryPolicy, WhenUnknown
from adapters.worker.reactor import NOTHING
from ledger.case_stamps import CaseKind
from tests.adapters.worker.worker_fakes import Killed
from tests.adapters.worker.worker_kit import World

HOLD = DeliveryPolicy(when_unknown=WhenUnknown.HOLD)
LATER = Rejected("451", permanent=False)
NEVER = Rejected("550", permanent=True)


def test_a_paid_order_gets_one_letter():
    world = World()
    world.placed_and_paid()
    assert world.letters().run().done == 1
    assert world.letters().run() == NOTHING
    assert len(world.mail.delivered) == 1
    assert world.posted() == ["ReceiptSendStarted", "ReceiptSent"]


def test_an_unpaid_order_gets_none():
    world = World()
    world.place()
    assert world.letters().run() == NOTHING


def test_a_mail_server_that_is_down_is_asked_again_with_the_same_message_id():
    world = World()
    world.mail.answers = [LATER, LATER]
    world.placed_and_paid()
    worker = world.letters()
    worker.run()
    worker.run()
    assert world.posted() == ["ReceiptSendStarted", "ReceiptFailed"]
    world.clock.forward(minutes=1)
    worker.run()
    world.clock.forward(minutes=4)
    worker.run()
    assert world.mail.delivered == []
    world.clock.forward(minutes=1)
    worker.run()
    assert [subject for subject, _ in world.mail.delivered] == ["paid 1"]
    assert world.opened_cases() == []


def test_a_letter_that_is_refused_for_good_is_a_case_and_is_not_tried_again():
    world = World()
    world.mail.answers = [NEVER]
    world.placed_and_paid()
    worker = world.letters()
    worker.run()
    world.clock.forward(days=2)
    assert worker.run() == NOTHING
    assert [case.kind for case in world.opened_cases()] == [CaseKind.LETTER_FAILED]


def test_a_day_of_failing_ends_in_a_case():
    world = World()
    world.mail.answers = [LATER] * 100
    world.placed_and_paid()
    worker, begun = world.letters(), world.clock.now
    while world.opened_cases() == []:
        worker.run()
        world.clock.forward(minutes=1)
        assert world.clock.now.timestamp() - begun.timestamp() < 26 * 3600
    assert world.posted().count("ReceiptFailed") == MOST_TRIES
    assert world.clock.now.timestamp() - begun.timestamp() > 23 * 3600


def test_a_letter_of_unknown_fate_is_sent_again_with_the_same_message_id():
    world = World()
    world.mail.answers = [Unknown("lost")]
    world.placed_and_paid()
    worker = world.letters()
    worker.run()
    world.clock.forward(minutes=2)
    worker.run()
    assert world.posted() == [
        "ReceiptSendStarted",
        "ReceiptUnknown",
        "ReceiptSendStarted",
        "ReceiptSent",
    ]


def test_a_letter_of_unknown_fate_is_held_for_a_person_if_the_operator_says_so():
    world = World()
    world.mail.answers = [Unknown("lost")]
    world.placed_and_paid()
    worker = world.letters(HOLD)
    worker.run()
    world.clock.forward(days=1)
    assert worker.run() == NOTHING
    assert [case.kind for case in world.opened_cases()] == [CaseKind.LETTER_UNKNOWN]


@pytest.mark.parametrize("policy", [DeliveryPolicy(), HOLD], ids=["resend", "hold"])
@pytest.mark.parametrize("where", ["handle", "claimed", "send", "record", "case"])
def test_a_worker_that_is_killed_anywhere_never_ends_in_silence(policy, where, monkeypatch):
    """One letter, or RECEIPT_UNKNOWN with a case for a person."""
    world = World()
    order = world.placed_and_paid()
    _kill(world, where, monkeypatch)
    with pytest.raises(Killed):
        world.letters(policy).run()
    monkeypatch.undo()
    for _ in range(4):
        world.letters(policy).run()
        world.clock.forward(minutes=6)
    kinds = [case.kind for case in world.opened_cases()]
    posting = next(iter(world.orders.get(order.id).postings.values()))
    if policy is HOLD and where != "handle":
        assert (posting.state, kinds) == ("unknown", [CaseKind.LETTER_UNKNOWN])
    else:
        assert (posting.state, kinds) == ("sent", [])
    assert len({message_id for _, message_id in world.mail.delivered}) <= 1


def _kill(world: World, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next worker end at one place; what was done up to there stays done."""

    def end(*given, **named):
        raise Killed

    match where:
        case "handle":
            monkeypatch.setattr(world.orders, "handle", end)
        case "claimed":
            monkeypatch.setattr(world.orders, "history", _second_call(world.orders.history))
        case "send":
            world.mail.answers = [Killed()]
        case "record":
            monkeypatch.setattr(world.orders, "record", end)
        case "case":
            world.mail.answers = [Unknown("lost")]
            monkeypatch.setattr(world.orders, "record", end)
            monkeypatch.setattr(world.cases, "open", end)


def _second_call(history):
    """Looking at the order is allowed; looking who claimed it is not."""
    looked = []

    def look(order_id):
        found = history(order_id)
        looked.append(found)
        if any(type(one.stamp).__name__ == "ReceiptSendStarted" for one in found):
            raise Killed
        return found

    return look


def test_two_workers_at_once_send_one_letter():
    world = World()
    for _ in range(20):
        world.placed_and_paid()
    together = Barrier(4)

    def work():
        worker = world.letters()
        together.wait()
        worker.run()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.mail.delivered) == 20
    assert len({message_id for _, message_id in world.mail.delivered}) == 20


def test_a_claim_of_another_worker_in_the_ledger_is_respected(monkeypatch):
    """The slower append is answered like a success: the actor tells whose claim it is."""
    world = World()
    order = world.placed_and_paid()
    slow = world.letters()

    def beaten(order_id, command):
        monkeypatch.undo()
        world.letters().run()
        return world.orders.get(order_id)

    monkeypatch.setattr(world.orders, "handle", beaten)
    slow.run()
    assert len(world.mail.delivered) == 1
    assert world.orders.get(order.id).postings


def test_only_the_newest_valid_link_is_sent():
    world = World()
    order = world.placed_and_paid()
    world.letters().run()
    world.ask_for_link(order)
    world.clock.forward(minutes=2)
    newest = world.ask_for_link(order)
    world.letters().run()
    sent = [one for one in world.orders.get(order.id).postings if one[1] == "link"]
    assert sent == [(newest, "link")]


def test_a_link_that_lapsed_is_not_sent():
    world = World()
    order = world.placed_and_paid()
    world.letters().run()
    world.ask_for_link(order)
    world.clock.forward(hours=24)
    assert world.letters().run() == NOTHING


def test_one_order_that_cannot_be_read_does_not_stop_the_others(monkeypatch):
    world = World()
    bad, get = world.placed_and_paid(), world.orders.get
    world.placed_and_paid()

    def broken(order_id):
        if order_id == bad.id:
            raise RuntimeError("secret@example.com")
        return get(order_id)

    monkeypatch.setattr(world.orders, "get", broken)
    progress = world.letters().run()
    assert (progress.done, progress.failed) == (1, 1)
    assert len(world.mail.delivered) == 1


def test_a_letter_that_cannot_be_written_is_a_failure_not_silence():
    world = World()
    world.placed_and_paid()

    def broken(order, due, number):
        raise KeyError("no template")

    from dataclasses import replace

    replace(world.letters(), render=broken).run()
    assert world.posted() == ["ReceiptSendStarted", "ReceiptFailed"]
