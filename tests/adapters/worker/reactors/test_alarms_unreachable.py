"""A webhook or mail target that cannot be reached holds nobody up, and nothing is lost by it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from adapters.alarms.mail import AlarmMail
from adapters.alarms.webhook import AlarmWebhook
from adapters.mail.smtp import SmtpMail
from adapters.worker.daemon import Daemon
from adapters.worker.reactor import NOTHING, Progress
from adapters.worker.reactors.alarms import LONG, Alarm, Channel
from ledger.cases.decide import CloseCase
from tests.adapters.worker.reactors.test_alarms import Bell, alarms, opened, raised
from tests.kits.patience import PATIENCE, within
from tests.kits.sandbox import until
from tests.kits.worker import World

Answer = Callable[[socket.socket], None]


@contextmanager
def listening(answer: Answer) -> Iterator[int]:
    """A server that takes every call and answers in its own way."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=[line], daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def silent(line: socket.socket) -> None:
    with line:
        while line.recv(4096):
            pass


def dripping(line: socket.socket) -> None:
    with line:
        for letter in b"HTTP/1.1 204 No Content\r\n" + b"X-More: yes\r\n" * 10_000:
            try:
                line.sendall(bytes([letter]))
            except OSError:
                return
            time.sleep(0.05)


def hanging_up(line: socket.socket) -> None:
    line.close()


def nonsense(line: socket.socket) -> None:
    with line:
        line.sendall(b"\x00\xff no http\r\n\r\n")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(params=[silent, dripping, hanging_up, nonsense], ids=lambda one: one.__name__)
def hook(request: pytest.FixtureRequest) -> Iterator[AlarmWebhook]:
    with listening(request.param) as port:
        yield AlarmWebhook(url=f"http://127.0.0.1:{port}/", seconds=0.3)


def test_a_target_that_does_not_answer_is_left_in_time(world: World, hook: AlarmWebhook):
    opened(world)
    with within(3):
        alarms(world, hook).run()
    (told,) = raised(world)
    assert (told.channels, told.failed) == (("log",), ("webhook",))


@pytest.mark.parametrize("target", ["webhook", "mail"])
def test_nobody_listening_at_all_is_a_no(world: World, target: str):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mail = SmtpMail(f"smtp://127.0.0.1:{port}", "tickets@winterfest.example", timeout=1)
    channels: dict[str, Channel] = {
        "webhook": AlarmWebhook(url=f"http://127.0.0.1:{port}/", seconds=1),
        "mail": AlarmMail(mail=mail, to="ops@example.org", mail_domain="winterfest.example"),
    }
    opened(world)
    bell = Bell("bell")
    alarms(world, channels[target], bell).run()
    assert len(bell.heard) == 1
    assert [one.failed for one in raised(world)] == [(target,)]


@dataclass
class Slow:
    """A way that is not there: it takes its time to say so. It may come back."""

    name: str = "webhook"
    back: bool = False
    asked: int = 0
    heard: list[UUID] = field(default_factory=list)

    def tell(self, alarm: Alarm) -> bool:
        self.asked += 1
        if not self.back:
            time.sleep(LONG + 0.05)
            return False
        self.heard.append(alarm.case)
        return True


def test_of_many_alarms_none_waits_long_for_a_target_that_is_away(world: World):
    cases = {opened(world) for _ in range(40)}
    slow, mail = Slow(), Bell("mail")
    with within(10):
        alarms(world, slow, mail).run()
    assert slow.asked == 1
    assert {one.case for one in mail.heard} == cases
    slow.back = True
    for _ in range(3):
        world.clock.forward(hours=2)
        alarms(world, slow, mail).run()
    assert sorted(slow.heard) == sorted(cases), "each once, when it is back"
    assert len(mail.heard) == len(cases)


def test_what_was_resolved_meanwhile_alarms_nobody_any_more(world: World):
    case, other = opened(world), opened(world)
    slow = Slow()
    alarms(world, slow).run()
    wish = CloseCase(
        correlation_id=UUID(int=7),
        actor="token:desk",
        at=world.clock(),
        reason="found",
    )
    world.cases.handle(case, wish)
    slow.back = True
    world.clock.forward(hours=2)
    alarms(world, slow).run()
    assert slow.heard == [other]


@dataclass
class Stumbling:
    """A channel with a bug of its own."""

    name: str = "bug"

    def tell(self, alarm: Alarm) -> bool:
        raise ZeroDivisionError


def test_a_channel_that_breaks_harms_no_other(world: World):
    opened(world)
    after = Bell("after")
    alarms(world, Stumbling(), after).run()
    assert len(after.heard) == 1
    assert [one.failed for one in raised(world)] == [("bug",)]


@dataclass
class Ticking:
    """Another reactor of the same worker."""

    name: str = "ticking"
    ticks: int = 0

    def run(self) -> Progress:
        self.ticks += 1
        return NOTHING


@dataclass
class Never:
    """A target that holds on to whoever calls, until the test lets go."""

    let_go: threading.Event = field(default_factory=threading.Event)
    called: threading.Event = field(default_factory=threading.Event)
    name: str = "webhook"

    def tell(self, alarm: Alarm) -> bool:
        self.called.set()
        self.let_go.wait(PATIENCE)
        return False


def test_the_rest_of_the_worker_goes_on_and_stops_in_time(world: World):
    opened(world)
    never, ticking = Never(), Ticking()
    daemon = Daemon(reactors=[alarms(world, never), ticking])
    running = threading.Thread(target=daemon.run)
    running.start()
    assert never.called.wait(PATIENCE)
    ticks = ticking.ticks
    until(lambda: ticking.ticks > ticks)
    with within(3):
        daemon.stop()
        running.join(PATIENCE)
    never.let_go.set()
