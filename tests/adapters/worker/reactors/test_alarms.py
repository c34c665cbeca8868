"""People are told of a critical case: once, by every way there is, whatever dies meanwhile."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from adapters.worker.reactor import Patience
from adapters.worker.reactors.alarms import Alarm, Alarms, Channel
from ledger.cases.commands import CloseCase
from ledger.cases.stamps import CaseAlarmRaised, CaseKind, CaseOpened, Severity
from tests.kits.worker import World
from tests.kits.worker_fakes import Killed


@dataclass
class Bell:
    """A way to reach people that remembers whom it told. `deaf` counts down; it may be killed."""

    name: str = "mail"
    deaf: int = 0
    killed_after: bool = False
    heard: list[Alarm] = field(default_factory=list)

    def tell(self, alarm: Alarm) -> bool:
        if self.deaf:
            self.deaf -= 1
            return False
        self.heard.append(alarm)
        if self.killed_after:
            self.killed_after = False
            raise Killed
        return True


@pytest.fixture
def world() -> World:
    return World()


def opened(world: World, severity: Severity = Severity.CRITICAL) -> UUID:
    case = CaseOpened(
        kind=CaseKind.UNMATCHED_MONEY,
        severity=severity,
        text="Paid: no order of ours is named",
        provider="stripe",
        provider_reference="pi_1",
    )
    made = world.cases.open(case, correlation_id=uuid4(), actor="test")
    world.clock.forward(seconds=30)
    return made


def alarms(world: World, *bells: Channel) -> Alarms:
    """A worker of its own: what it forgets in a crash is forgotten."""
    opened_in = {one.stream for one in world.stamps() if isinstance(one.stamp, CaseOpened)}
    return Alarms(
        cases=world.cases,
        find=lambda: [*opened_in],
        channels=bells,
        clock=world.clock,
        patience=Patience(world.clock),
    )


def raised(world: World) -> list[CaseAlarmRaised]:
    return [one.stamp for one in world.stamps() if isinstance(one.stamp, CaseAlarmRaised)]


def test_a_critical_case_is_told_once_by_every_channel(world: World, capsys):
    case = opened(world)
    mail, hook = Bell("mail"), Bell("webhook")
    for _ in range(3):
        alarms(world, mail, hook).run()
        world.clock.forward(hours=2)
    assert [one.case for one in mail.heard] == [one.case for one in hook.heard] == [case]
    assert [one.channels for one in raised(world)] == [("log", "mail", "webhook")]
    told = "".join(capsys.readouterr())
    assert told.count("case_opened") == 1
    assert str(case) in told


def test_a_warning_rings_no_bell(world: World):
    opened(world, Severity.WARNING)
    mail = Bell()
    alarms(world, mail).run()
    assert (mail.heard, raised(world)) == ([], [])


def test_news_has_a_moment_to_find_its_order(world: World):
    case = CaseOpened(kind=CaseKind.DISPUTE, severity=Severity.CRITICAL, text="a dispute")
    made = world.cases.open(case, correlation_id=uuid4(), actor="test")
    mail = Bell()
    alarms(world, mail).run()
    assert mail.heard == []
    wish = CloseCase(
        correlation_id=uuid4(), actor="token:desk", at=world.clock(), reason="found its order"
    )
    world.cases.handle(made, wish)
    world.clock.forward(minutes=1)
    alarms(world, mail).run()
    assert mail.heard == []


def test_who_did_not_hear_is_told_later_and_nobody_twice(world: World):
    opened(world)
    mail, hook = Bell("mail"), Bell("webhook", deaf=2)
    for _ in range(5):
        alarms(world, mail, hook).run()
        world.clock.forward(hours=2)
    assert (len(mail.heard), len(hook.heard)) == (1, 1)
    assert [(one.channels, one.failed) for one in raised(world)] == [
        (("log", "mail"), ("webhook",)),
        (("log",), ("webhook",)),
        (("log", "webhook"), ()),
    ]


def test_a_worker_that_dies_while_telling_is_followed_by_another(world: World):
    case = opened(world)
    mail = Bell(killed_after=True)
    with pytest.raises(Killed):
        alarms(world, mail).run()
    alarms(world, mail).run()
    assert len(mail.heard) == 1, "its claim holds for a while"
    world.clock.forward(minutes=10)
    for _ in range(3):
        alarms(world, mail).run()
        world.clock.forward(hours=2)
    assert [one.case for one in mail.heard] == [case, case], "recognizably the same"
    assert len(raised(world)) == 1


def test_of_two_workers_one_tells(world: World):
    opened(world)
    mail = Bell()
    first, second = alarms(world, mail), alarms(world, mail)
    case = world.cases.get(next(iter(first.find())))
    assert (first._claim(case) is not None, second._claim(case) is not None) == (True, False)


def test_the_pause_between_tries_grows(world: World):
    opened(world)
    deaf = Bell("webhook", deaf=99)
    for _ in range(60):
        alarms(world, deaf).run()
        world.clock.forward(minutes=1)
    assert 3 <= len(raised(world)) <= 5
