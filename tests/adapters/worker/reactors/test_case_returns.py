"""Money that is nobody's is sent back once, however often it is asked."""

from uuid import UUID, uuid4

import pytest

from adapters.worker.reactor import Patience, Reactor
from adapters.worker.reactors.case_returns import Returns
from ledger.cases.decide import ReturnMoney
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.kernel.money import Money
from tests.kits.worker import World


@pytest.fixture
def world() -> World:
    return World()


def asked_back(world: World) -> UUID:
    """A case whose return was stamped, and then nothing was heard of whoever stamped it."""
    opened = CaseOpened(
        kind=CaseKind.UNMATCHED_MONEY,
        severity=Severity.CRITICAL,
        text="Paid: no order of ours is named",
        provider="stripe",
        provider_reference="cs_9",
        account="acct_1",
        payment_reference="pi_9",
        amount=Money(500, "EUR"),
    )
    case = world.cases.open(opened, correlation_id=uuid4(), actor="test")
    wish = ReturnMoney(correlation_id=uuid4(), actor="token:desk", at=world.clock(), reason="no")
    world.cases.handle(case, wish)
    return case


def returns(world: World, case: UUID) -> Reactor[UUID]:
    act = Returns(cases=world.cases, providers={"stripe": world.provider}, clock=world.clock)
    return Reactor(name="returns", find=lambda: [case], each=act, after=Patience(world.clock))


def test_recovery_asks_again_with_the_same_key(world: World):
    case = asked_back(world)
    returns(world, case).run()
    assert world.provider.asks == [], "whoever asked first has a moment to finish"
    world.provider.silent = 1
    for _ in range(3):
        world.clock.forward(minutes=1)
        returns(world, case).run()
    assert world.provider.asks == [f"{case}/return/1"] * 2
    assert len(world.provider.refunds) == 1
    after = world.cases.get(case)
    assert (after.state, after.returned.word) == ("resolved", "accepted")


def test_a_key_that_may_be_forgotten_is_not_used_again(world: World):
    case = asked_back(world)
    world.clock.forward(hours=24)
    returns(world, case).run()
    assert world.provider.asks == []
    after = world.cases.get(case)
    assert (after.state, after.returned.word) == ("open", "failed")


def test_what_was_made_is_found_when_the_key_is_forgotten(world: World):
    case = asked_back(world)
    world.clock.forward(minutes=1)
    world.provider.silent = 1
    returns(world, case).run()
    world.clock.forward(hours=24)
    returns(world, case).run()
    assert world.provider.asks == [f"{case}/return/1"]
    assert world.cases.get(case).state == "resolved"
