"""People are told of a critical case: once, by every way there is, whatever dies meanwhile."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.worker.reactor import Patience
from adapters.worker.reactors.alarms import Alarm, Alarms, Channel
from ledger.cases.decide import CloseCase
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


def opened(
    world: World,
    severity: Severity = Severity.CRITICAL,
    *,
    kind: CaseKind = CaseKind.UNMATCHED_MONEY,
    provider: str = "stripe",
) -> UUID:
    case = CaseOpened(
        kind=kind,
        severity=severity,
        text="Paid: no order of ours is named",
        provider=provider,
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


def outage(world: World, many: int, **of: Any) -> list[UUID]:
    """A provider does not answer: each order has a case of its own."""
    return [opened(world, kind=CaseKind.PAYMENT_UNKNOWN, **of) for _ in range(many)]


def ordered(world: World, bell: Channel) -> Alarms:
    """A worker that finds its cases in the order in which they were opened."""
    return replace(
        alarms(world, bell),
        find=lambda: [one.stream for one in world.stamps() if isinstance(one.stamp, CaseOpened)],
    )


def test_an_outage_is_one_alarm_that_says_how_many_and_the_first_few(world: World, capsys):
    mail, cases = Bell(), outage(world, 40)
    worker = ordered(world, mail)
    worker.run()
    (alarm,) = mail.heard
    assert (alarm.case, alarm.kind, alarm.many) == (cases[0], "payment_unknown", 40)
    assert alarm.cases == cases[:5]
    assert len(raised(world)) == 40, "each case knows that people were told of it"
    assert "".join(capsys.readouterr()).count("case_opened") == 1


def test_what_comes_within_minutes_is_told_together_then(world: World):
    mail = Bell()
    worker, first = ordered(world, mail), outage(world, 1)
    worker.run()
    later = outage(world, 3)
    for _ in range(4):
        worker.run()
    assert [one.case for one in mail.heard] == first
    world.clock.forward(minutes=5)
    worker.run()
    assert [(one.case, one.many) for one in mail.heard[1:]] == [(later[0], 3)]


def test_each_provider_and_each_kind_has_an_alarm_of_its_own(world: World):
    outage(world, 2)
    outage(world, 3, provider="paytrail")
    opened(world, kind=CaseKind.REFUND_UNKNOWN)
    mail = Bell()
    ordered(world, mail).run()
    assert {(one.kind, one.provider, one.many) for one in mail.heard} == {
        ("payment_unknown", "stripe", 2),
        ("payment_unknown", "paytrail", 3),
        ("refund_unknown", "stripe", 1),
    }


def test_money_that_is_nobodys_is_told_one_by_one(world: World):
    cases = [opened(world) for _ in range(3)]
    mail = Bell()
    ordered(world, mail).run()
    assert [(one.case, one.many) for one in mail.heard] == [(one, 1) for one in cases]


def test_what_was_settled_while_it_waited_is_not_told(world: World):
    mail = Bell()
    worker, _ = ordered(world, mail), outage(world, 1)
    worker.run()
    settled, left = outage(world, 2)
    worker.run()
    wish = CloseCase(
        correlation_id=uuid4(), actor="worker", at=world.clock(), reason="it answered after all"
    )
    world.cases.handle(settled, wish)
    world.clock.forward(minutes=5)
    worker.run()
    assert [(one.case, one.many) for one in mail.heard[1:]] == [(left, 1)]


def test_an_alarm_of_many_that_was_not_heard_is_told_again_as_one(world: World):
    mail, cases = Bell(deaf=1), outage(world, 7)
    worker = ordered(world, mail)
    for _ in range(3):
        worker.run()
        world.clock.forward(hours=2)
    assert [(one.case, one.many) for one in mail.heard] == [(cases[0], 7)]
