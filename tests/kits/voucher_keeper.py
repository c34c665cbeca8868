"""Given for vouchers that are kept elsewhere: a keeper who answers as told, and who is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from ledger.cases.case import Case, case_id
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind
from ledger.grants.commands import ListPerson, SetState
from ledger.grants.fulfilment import Fulfilled, Fulfilment
from ledger.grants.grantee import Grantee, GrantState
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.keeper import VoucherAsk, VoucherKeeper
from ledger.grants.own_shop import OwnShop
from ledger.grants.service import Grantees
from ledger.grants.stamps import Asked, Destination, GrantKind, GrantsSetUp, Place
from ledger.kernel.events import derived
from ledger.kernel.money import Money
from ledger.vouchers.service import Vouchers
from tests.kits.worlds import World

EVENT = Destination(place=Place.PRETIX, organizer="org", event="conf", quota=1)
OWN = Destination(place=Place.OWN, product="weekend")


@dataclass
class AnsweringKeeper:
    """A keeper of vouchers: gives these answers in turn, and remembers what it was asked.

    An answer that is a function is called with the question, as the world goes on meanwhile.
    """

    answers: list[Any] = field(default_factory=list)
    asked: list[tuple[Asked, VoucherAsk]] = field(default_factory=list)

    def create(self, ask: VoucherAsk) -> Any:
        return self._answer(Asked.CREATE, ask)

    def upgrade(self, ask: VoucherAsk) -> Any:
        return self._answer(Asked.UPGRADE, ask)

    def withdraw(self, ask: VoucherAsk) -> Any:
        return self._answer(Asked.WITHDRAW, ask)

    def look(self, ask: VoucherAsk) -> Any:
        return self._answer(Asked.CREATE, ask)

    def _answer(self, asked: Asked, ask: VoucherAsk) -> Any:
        self.asked.append((asked, ask))
        answer = self.answers.pop(0)
        return answer(ask) if callable(answer) else answer


class SteppingClock:
    """Goes on by `step` at each look at it; what `meanwhile` holds happens at the next looks."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.step, self.passed = timedelta(0), timedelta(0)
        self.meanwhile: list[Callable[[], object]] = []

    def __call__(self) -> datetime:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        now = self._clock() + self.passed
        self.passed += self.step
        return now

    def forward(self, **span: float) -> None:
        self.passed += timedelta(**span)


class KeptHouse:
    """A shop whose vouchers for people are made by whoever keeps them, and its list."""

    def __init__(self, destination: Destination = EVENT) -> None:
        self.world = World()
        self.shop = self.world.shops.newest("winterfest").id
        self.clock = SteppingClock(self.world.clock)
        self.keeper = AnsweringKeeper()
        self.cases, self.grantees = Cases(self.world.store), Grantees(self.world.store)
        self.vouchers = Vouchers(self.world.store)
        self.drawn = 0
        self.fulfilment = self.another()
        self.rules = GrantsSetUp(
            shop=self.shop,
            shop_slug="winterfest",
            destination=destination,
            co_speaker_percent="25",
            ticket_price=Money(10000, "EUR"),
        )

    def another(
        self, *, clock: Any = None, keepers: Any = None, grantees: Any = None
    ) -> Fulfilment:
        """Another worker over the same ledger."""
        known: Mapping[Place, VoucherKeeper] = {Place.PRETIX: cast(VoucherKeeper, self.keeper)}
        own = OwnShop(
            store=self.world.store,
            grantees=self.grantees,
            vouchers=self.vouchers,
            currency=lambda slug: "EUR",
        )
        return Fulfilment(
            grantees=grantees or self.grantees,
            keepers=known if keepers is None else keepers,
            own=own,
            cases=self.cases,
            draw=self._draw,
            clock=clock or self.clock,
        )

    def _draw(self) -> tuple[str, str]:
        self.drawn += 1
        return f"code {self.drawn}", f"index {self.drawn}"

    def set_up(self, **told: Any) -> None:
        """From here on vouchers are made like this."""
        rules = replace(self.rules, destination=replace(self.rules.destination, **told))
        self.grantees.set_up(rules, correlation_id=uuid4(), actor="test")

    def listed(
        self, kind: GrantKind = GrantKind.GRANT, *, correlation_id: UUID | None = None
    ) -> Grantee:
        """Bea on the list of the shop."""
        wish = ListPerson(
            correlation_id=correlation_id or uuid4(),
            actor="test",
            at=self.world.clock(),
            shop=self.shop,
            shop_slug="winterfest",
            kind=kind,
            language="en",
            name="Bea",
            email="bea@example.org",
            person_index="bea",
            reference="",
        )
        return self.grantees.list_person(wish, key="bea")

    @property
    def bea(self) -> Grantee:
        found = self.grantees.of_address(self.shop, "bea")
        assert found is not None
        return found

    @property
    def voucher(self) -> IssuedVoucher:
        """Her newest one."""
        voucher = self.bea.voucher
        assert voucher is not None
        return voucher

    def says(self, state: GrantState = GrantState.CONFIRMED) -> Grantee:
        wish = SetState(correlation_id=uuid4(), actor="test", at=self.world.clock(), state=state)
        return self.grantees.handle(self.bea.id, wish)

    def confirmed(self, kind: GrantKind = GrantKind.GRANT) -> Grantee:
        self.listed(kind)
        return self.says()

    def act(self, *answers: Any, **told: Any) -> Fulfilled:
        """The worker does what is due, and hears these answers."""
        self.keeper.answers += answers
        return self.fulfilment.act(self.bea.id, **told)

    def trouble(self, asked: Asked, number: int) -> Case:
        """The case of a try that people are to mend."""
        cause = derived(self.voucher.correlation_id, f"stuck/{asked}/{number}")
        return self.cases.get(case_id(cause, CaseKind.VOUCHER_STUCK))

    def questions(self) -> list[tuple[Asked, int, bool]]:
        """What the keeper was asked, by try, and whether it was asked again."""
        return [(asked, one.try_number, one.again) for asked, one in self.keeper.asked]
