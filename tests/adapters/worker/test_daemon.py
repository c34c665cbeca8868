import itertools
import os
import signal
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from adapters.postgres.views.owner import SILENCE
from adapters.worker.daemon import Daemon, stopped_by_signals
from adapters.worker.open_cases import Desk
from adapters.worker.projector.reactor import Projections
from adapters.worker.reactor import DONE, NOTHING, Progress, Runs
from ledger.kernel.store import LedgerUnavailable
from tests.kits.patience import PATIENCE, within
from tests.kits.worker import World


@dataclass
class Fake:
    """A reactor with so much to do; it stumbles at first if it is told to."""

    name: str = "fake"
    left: int = 3
    stumbles: int = 0
    passes: int = 0
    finished: Event = field(default_factory=Event)

    def run(self) -> Progress:
        self.passes += 1
        if self.passes <= self.stumbles:
            raise RuntimeError("no ledger")
        self.left -= 1
        if self.left < 0:
            self.finished.set()
            return NOTHING
        return DONE


@dataclass
class Stuck:
    """A reactor that waits for an answer that does not come."""

    name: str = "stuck"

    def run(self) -> Progress:
        sleep(30)
        return NOTHING


@dataclass
class Owner(Fake):
    """A reactor that only one process may be."""

    closed: Event = field(default_factory=Event)

    def close(self) -> None:
        self.closed.set()


def running(daemon: Daemon) -> Thread:
    thread = Thread(target=daemon.run, daemon=True)  # a test that fails leaves nobody waiting
    thread.start()
    return thread


def test_once_is_all_that_is_due_and_what_comes_of_it():
    one, other = Fake("one", left=3), Fake("other", left=5)
    sums = Daemon(reactors=[one, other]).run_once()
    assert sums == {"one": Progress(done=3), "other": Progress(done=5)}


def test_only_some_of_them():
    daemon = Daemon(reactors=[Fake("one"), Fake("other")])
    assert [reactor.name for reactor in daemon.only(["other"]).reactors] == ["other"]
    with pytest.raises(ValueError, match="no reactor nobody"):
        daemon.only(["nobody"])


def test_all_but_some_of_them():
    daemon = Daemon(reactors=[Fake("one"), Fake("other"), Fake("third")])
    left = daemon.without(["other"]).reactors
    assert [reactor.name for reactor in left] == ["one", "third"]
    with pytest.raises(ValueError, match="no reactor nobody; there are one, other, third"):
        daemon.without(["nobody"])


def test_it_goes_on_after_a_stumble_and_counts_what_it_did(monkeypatch):
    monkeypatch.setattr("adapters.worker.daemon._AFTER_AN_ERROR", 0.01)
    fake = Fake(stumbles=2)
    daemon = Daemon(reactors=[fake])
    thread = running(daemon)
    assert fake.finished.wait(PATIENCE)
    daemon.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert daemon.counts.read() == {"fake": Progress(done=3, failed=2)}


def test_it_stops_within_two_seconds_whatever_a_reactor_waits_for():
    daemon = Daemon(reactors=[Stuck(), Fake()])
    thread = running(daemon)
    sleep(0.1)
    with within(2.5):
        daemon.stop()
        thread.join(PATIENCE)


def until(done) -> None:
    over = monotonic() + PATIENCE
    while not done():
        assert monotonic() < over
        sleep(0.01)


def test_only_who_is_prompt_is_woken_and_everybody_stops(monkeypatch):
    monkeypatch.setattr("adapters.worker.daemon._LONGEST", 600.0)
    monkeypatch.setattr("adapters.worker.daemon._SHORTEST", 600.0)
    prompt, patient = Fake("prompt", left=0), Fake("patient", left=0)
    daemon = Daemon(reactors=[prompt, patient], prompt=["prompt"]).only(["prompt", "patient"])
    thread = running(daemon)

    def woken() -> bool:
        daemon.wake()
        return prompt.passes > 5

    until(woken)
    daemon.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert patient.passes == 0


def test_at_rest_everybody_looks_seldom_until_a_hint_wakes_all_of_them(monkeypatch):
    monkeypatch.setattr("adapters.worker.daemon._RESTS_AFTER", 0.0)
    monkeypatch.setattr("adapters.worker.daemon._LONGEST", 0.005)
    monkeypatch.setattr("adapters.worker.daemon._AT_REST", 600.0)
    prompt, patient = Fake("prompt", left=0), Fake("patient", left=0)
    listens = Event()
    daemon = Daemon(
        reactors=[prompt, patient], prompt=["prompt"], listen=lambda wake, stop: listens.set()
    )
    thread = running(daemon)
    assert listens.wait(PATIENCE)
    sleep(0.3)
    rested = prompt.passes, patient.passes
    assert max(rested) <= 3
    daemon.wake()
    until(lambda: prompt.passes > rested[0] and patient.passes > rested[1])
    daemon.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.fixture
def at_rest_at_once(monkeypatch):
    """Who is watched looks by itself once in ten minutes, the pulse all the time."""
    monkeypatch.setattr("adapters.worker.daemon._RESTS_AFTER", 0.0)
    monkeypatch.setattr("adapters.worker.daemon._LONGEST", 0.005)
    monkeypatch.setattr("adapters.worker.daemon._AT_REST", 0.02)
    monkeypatch.setattr("adapters.worker.daemon._WATCHED_AT_REST", 600.0)
    monkeypatch.setattr("adapters.worker.daemon._BETWEEN_PULSES", 0.01)


def resting(looks) -> tuple[Daemon, Thread, Fake, Fake]:
    watched, other = Fake("watched:stripe", left=0), Fake("other", left=0)
    daemon = Daemon(
        reactors=[watched, other],
        listen=lambda wake, stop: None,
        prompt=["other"],
        pulse=looks,
        watched=["watched"],
    )
    return daemon, running(daemon), watched, other


def ended(daemon: Daemon, thread: Thread) -> None:
    daemon.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_who_is_watched_rests_while_one_look_shows_nothing(at_rest_at_once):
    daemon, thread, watched, other = resting(lambda: (0, ()))
    until(lambda: other.passes > 20)
    assert watched.passes <= 3
    ended(daemon, thread)


@pytest.mark.parametrize("stumbles", [False, True])
def test_what_is_due_is_looked_for_at_every_look_by_those_whom_it_concerns(
    at_rest_at_once, stumbles
):
    looks: list[int] = []

    def pulse() -> tuple[int, tuple[str, ...]]:
        looks.append(1)
        if stumbles:
            raise LedgerUnavailable("away")
        return 0, ("watched",)

    daemon, thread, watched, _ = resting(pulse)
    until(lambda: watched.passes > 40)
    assert watched.passes <= len(looks) + 15, "one look each, after those of the start"
    ended(daemon, thread)


def test_what_is_due_for_another_wakes_nobody_else(at_rest_at_once):
    looks: list[int] = []

    def pulse() -> tuple[int, tuple[str, ...]]:
        looks.append(1)
        return 0, ("another",)

    daemon, thread, watched, _ = resting(pulse)
    until(lambda: len(looks) > 20)
    assert watched.passes <= 5
    ended(daemon, thread)


def test_after_a_hint_who_is_watched_looks_when_the_pulse_saw_something_move(monkeypatch):
    """One look for each that the ledger or its rows moved; none while they stand still."""
    monkeypatch.setattr("adapters.worker.daemon._WATCHED_AT_REST", 600.0)
    monkeypatch.setattr("adapters.worker.daemon._BETWEEN_PULSES", 0.01)
    monkeypatch.setattr("adapters.worker.daemon._AT_REST", 600.0)
    reached, looks = [0], list[int]()

    def pulse() -> tuple[int, tuple[str, ...]]:
        looks.append(1)
        return reached[0], ()

    daemon, thread, watched, _ = resting(pulse)
    until(lambda: looks and watched.passes)
    sleep(0.1)
    before = watched.passes
    for _ in range(20):
        daemon.wake()
        sleep(0.01)
    assert watched.passes == before, "hints alone are not for them"
    reached[0] = 1
    daemon.wake()
    until(lambda: watched.passes == before + 1)
    ended(daemon, thread)


def test_a_hint_that_was_lost_is_caught_up_with_by_the_next_look(at_rest_at_once):
    reached = [0]
    daemon, thread, watched, _ = resting(lambda: (reached[0], ()))
    assert not watched.passes
    reached[0] = 7
    assert watched.finished.wait(PATIENCE)
    ended(daemon, thread)


def test_nobody_rests_where_no_hint_would_wake_them(monkeypatch):
    monkeypatch.setattr("adapters.worker.daemon._RESTS_AFTER", 0.0)
    monkeypatch.setattr("adapters.worker.daemon._LONGEST", 0.005)
    monkeypatch.setattr("adapters.worker.daemon._AT_REST", 60.0)
    alone = Fake("alone", left=0)
    thread = running(daemon := Daemon(reactors=[alone]))
    until(lambda: alone.passes > 5)
    daemon.stop()
    thread.join(PATIENCE)


def test_an_owner_lets_go_at_the_end():
    owner = Owner(left=1)
    daemon = Daemon(reactors=[owner])
    thread = running(daemon)
    assert owner.finished.wait(PATIENCE)
    daemon.stop()
    assert owner.closed.wait(PATIENCE)
    thread.join(PATIENCE)


def test_who_owns_the_projections_is_heard_at_rest_before_anybody_takes_them_over():
    world = World()
    owner = Projections(store=world.store, url="", desk=Desk(world.cases))
    assert Daemon(reactors=[owner])._rest_of(owner) < SILENCE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it_and_are_given_back(number):
    before = signal.getsignal(number)
    daemon = Daemon(reactors=[Fake()])
    with stopped_by_signals(daemon.stop):
        os.kill(os.getpid(), number)
        daemon.run()
    assert signal.getsignal(number) is before


ORDERS = [*itertools.permutations(["letters", "payments", "timeouts", "following"])]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_reactors_in_any_order_come_to_the_same_end(order):
    world = World()
    unpaid = world.opened(world.place())
    late = world.opened(world.place())
    cancelled = world.placed_and_paid()
    world.confirm(cancelled, world.ask_for_link(cancelled))
    made: dict[str, Runs] = {
        "letters": world.letters(),
        "payments": world.payments(),
        "timeouts": world.timeouts(),
        "following": world.following(),
    }
    daemon = Daemon(reactors=[made[name] for name in order])
    world.clock.forward(minutes=1)
    daemon.run_once()
    world.clock.forward(days=3)
    daemon.run_once()
    world.pay(late)
    daemon.run_once()
    assert not world.orders.get(unpaid.id).alive
    assert world.orders.get(late.id).alive
    assert world.orders.get(cancelled.id).released
    assert len(world.provider.refunds) == 1
    kinds = sorted(subject.split()[0] for subject, _ in world.mail.delivered)
    assert kinds == ["paid", "paid", "refunded"]
    assert world.opened_cases() == []
