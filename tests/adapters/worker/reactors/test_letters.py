from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread
from time import sleep
from uuid import uuid4

import pytest

from adapters.mail.smtp import Rejected, Sent, Unknown
from adapters.store.ledger import StampLedger
from adapters.worker.reactor import NOTHING, Progress
from adapters.worker.reactors.deliver_letter import MOST_TRIES, DeliveryPolicy, Post, WhenUnknown
from adapters.worker.reactors.letters import Portion
from adapters.worker.threads import Threads
from ledger.cases.stamps import CaseKind
from ledger.order.batch_service import Together
from ledger.order.commands import MarkPaid, StartLetter
from ledger.order.letters_due import letters_due
from tests.kits.ticket_codes import wanted_by
from tests.kits.worker import World
from tests.kits.worker_fakes import Killed

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


def test_an_order_that_staff_marked_as_paid_gets_receipt_and_tickets():
    world = World()
    order = world.opened(world.place())
    cash = MarkPaid(
        correlation_id=uuid4(), actor="staff:eve", at=world.clock(), reason="at the door"
    )
    world.orders.handle(order.id, cash)
    assert world.letters().run().done == 1
    assert world.posted() == ["ReceiptSendStarted", "ReceiptSent"]
    assert world.orders.get(order.id).tickets is not None
    assert [subject for subject, _ in world.mail.delivered] == ["paid 1"]


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
            monkeypatch.setattr(Together, "handle", end)
        case "claimed":
            monkeypatch.setattr(Post, "__call__", end)
        case "send":
            world.mail.answers = [Killed()]
        case "record":
            monkeypatch.setattr(Together, "record", end)
        case "case":
            world.mail.answers = [Unknown("lost")]
            monkeypatch.setattr(Together, "record", end)
            monkeypatch.setattr(world.cases, "open", end)


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


def test_whoever_claims_first_sends(monkeypatch):
    """The other one finds that the order has moved on, and leaves the letter alone."""
    world = World()
    order = world.placed_and_paid()
    slow, handle = world.letters(), Together.handle

    def beaten(self, wishes):
        monkeypatch.undo()
        assert world.letters().run().done == 1
        return handle(self, wishes)

    monkeypatch.setattr(Together, "handle", beaten)
    assert slow.run() == Progress(waiting=1)
    assert len(world.mail.delivered) == 1
    assert world.orders.get(order.id).postings


def test_a_claim_whose_commit_was_not_answered_is_still_ours():
    """Asked again, the ledger answers with what stands there: our own claim, by its actor."""
    world = World()
    order, ours = world.placed_and_paid(), "worker/1"
    (due,) = letters_due(order)
    start = StartLetter(
        correlation_id=due.correlation_id,
        actor=ours,
        at=world.clock(),
        letter=due.letter,
        try_number=1,
        tickets=wanted_by(order),
    )
    world.orders.handle(order.id, start)
    together = Together(world.store, world.orders)
    (again,) = together.handle([(order, start)])
    assert again == world.orders.get(order.id)
    assert together.handle([(order, replace(start, actor="worker/2"))]) == [None]


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
    bad = world.placed_and_paid()
    world.placed_and_paid()
    opened, get = StampLedger.read_opened, world.orders.get

    def without(self, streams):
        return {one: stack for one, stack in opened(self, streams).items() if one != bad.id}

    def broken(order_id):
        if order_id == bad.id:
            raise RuntimeError("secret@example.com")
        return get(order_id)

    monkeypatch.setattr(StampLedger, "read_opened", without)
    monkeypatch.setattr(world.orders, "get", broken)
    progress = world.letters().run()
    assert (progress.done, progress.failed) == (1, 1)


def test_a_letter_that_cannot_be_written_is_a_failure_not_silence():
    world = World()
    world.placed_and_paid()

    def broken(order, due, number):
        raise KeyError("no template")

    worker = world.letters()
    replace(worker, post=replace(worker.post, render=broken)).run()
    assert world.posted() == ["ReceiptSendStarted", "ReceiptFailed"]


def test_a_bug_on_the_way_to_the_mail_server_is_unknown_and_harms_no_other_letter():
    world = World()
    for _ in range(3):
        world.placed_and_paid()
    world.mail.answers = [ZeroDivisionError()]
    assert world.letters().run().done == 3
    assert sorted(posting_states(world)) == ["sent", "sent", "unknown"]


def test_letters_of_many_orders_are_claimed_together_and_stamped_as_they_go(monkeypatch):
    world = World()
    for _ in range(100):
        world.placed_and_paid()
    appended, append = [], StampLedger.append

    def counted(self, *appends):
        appended.append([type(one.drafts[-1].stamp).__name__ for one in appends])
        return append(self, *appends)

    monkeypatch.setattr(StampLedger, "append", counted)
    quick = Portion(now=lambda: 0.0)
    worker = replace(world.letters(), threads=Threads(most=4, name="letters"), portion=quick)
    assert worker.run().done == 100
    claims = [some for some in appended if some[0] == "ReceiptSendStarted"]
    assert [len(some) for some in claims] == [8, 16, 32, 44]
    assert sum(len(some) for some in appended if some[0] == "ReceiptSent") == 100
    assert len({message_id for _, message_id in world.mail.delivered}) == 100


def test_letters_wait_for_the_mail_server_together_and_are_written_one_after_another():
    world, writing, most, together = World(), [0], [0], Barrier(4, timeout=60)
    for _ in range(8):
        world.placed_and_paid()
    made = world.letters()

    def written(order, due, number):
        writing[0] += 1
        most[0] = max(most[0], writing[0])
        sleep(0.002)  # long enough for another thread to begin
        writing[0] -= 1
        return made.post.render(order, due, number)

    class Slow:
        def send(self, letter, message_id):
            together.wait()
            return world.mail.send(letter, message_id)

        def rest(self):
            """Nothing was kept."""

    post = replace(made.post, render=written, mail=Slow())
    worker = replace(made, post=post, threads=Threads(most=4, name="letters"))
    assert worker.run().done == 8
    assert most == [1]


def test_a_slow_mail_server_is_given_few_at_a_time():
    now = [0.0]
    portion = Portion(now=lambda: now[0])
    sizes = []
    for took in (0.1, 0.2, 0.3, 0.1, 0.1, 0.6, 9.0, 9.0, 9.0, 9.0):
        sizes.append(portion.size)
        with portion.timed():
            now[0] += took
    assert sizes == [8, 16, 32, 32, 64, 64, 32, 16, 8, 8]


def test_a_worker_that_slept_on_its_claim_does_not_send(monkeypatch):
    """Half of the lease is over: at its end somebody else may send."""
    world = World()
    world.placed_and_paid()
    worker, handle = world.letters(), Together.handle

    def asleep(self, wishes):
        claimed = handle(self, wishes)
        world.clock.forward(minutes=3)
        return claimed

    monkeypatch.setattr(Together, "handle", asleep)
    worker.run()
    assert world.mail.delivered == []
    assert world.posted() == ["ReceiptSendStarted", "ReceiptFailed"]
    monkeypatch.undo()
    world.clock.forward(minutes=2)
    worker.run()
    assert len(world.mail.delivered) == 1


def test_a_claim_of_a_dead_worker_is_taken_over_after_its_lease():
    world = World()
    for _ in range(5):
        world.placed_and_paid()
    world.mail.answers = [Sent(), Killed()]
    with pytest.raises(Killed):
        world.letters().run()
    states = [*posting_states(world)]
    assert states.count("started") == 4
    other = world.letters()
    world.clock.forward(minutes=4)
    assert other.run() == NOTHING
    world.clock.forward(minutes=1)
    assert other.run().done == 4
    world.clock.forward(minutes=1)
    assert other.run().done == 4
    assert {*posting_states(world)} == {"sent"}
    assert len(world.mail.delivered) == len({one for _, one in world.mail.delivered}) == 5


def test_a_letter_that_is_not_owed_any_more_when_its_sender_is_found_dead_is_of_unknown_fate():
    world = World()
    order = world.placed_and_paid()
    world.letters().run()
    world.ask_for_link(order)
    die_while_sending(world)
    world.clock.forward(minutes=2)
    world.ask_for_link(order)
    other = world.letters()
    assert other.run().done == 1
    world.clock.forward(minutes=3)
    assert other.run().done == 1
    assert [*posting_states(world)] == ["sent", "unknown", "sent"]
    assert (other.run(), world.opened_cases()) == (NOTHING, [])


def test_a_link_that_lapsed_while_its_sender_was_dead_is_not_sent_again():
    world = World()
    order = world.placed_and_paid()
    world.letters().run()
    world.ask_for_link(order)
    die_while_sending(world)
    world.clock.forward(hours=24)
    other = world.letters()
    assert other.run().done == 1
    world.clock.forward(hours=2)
    assert other.run() == NOTHING
    assert [*posting_states(world)] == ["sent", "unknown"]
    assert len(world.mail.delivered) == 1


def die_while_sending(world: World) -> None:
    world.mail.answers = [Killed()]
    with pytest.raises(Killed):
        world.letters().run()


def posting_states(world: World) -> Iterator[str]:
    for order_id in world.all_orders():
        yield from (one.state for one in world.orders.get(order_id).postings.values())
