"""A house that gives vouchers to people: a ledger, a list, a pretix beside it, and workers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from adapters.mail.letters.grants import grant_letter
from adapters.providers.pretix import PretixVouchers
from adapters.store.ledger import StampLedger
from adapters.worker.reactor import Patience, Reactor
from adapters.worker.reactors.deliver_letter import DeliveryPolicy
from adapters.worker.reactors.grant_letters import GrantLetters
from adapters.worker.reactors.people_vouchers import PeopleVouchersOutside
from adapters.worker.reactors.voucher_lane import VoucherAlarms, VoucherLane
from adapters.worker.reactors.voucher_uses import VoucherUses
from adapters.worker.threads import Threads
from ledger.audit.verify import verify
from ledger.cases.case import Case
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind, CaseOpened
from ledger.grants.commands import ListPerson, SetState
from ledger.grants.drift import DriftCases
from ledger.grants.fulfilment import Fulfilment
from ledger.grants.grantee import Grantee, GrantState
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.stamps import Destination, GrantKind, GrantsSetUp, Place
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.shop.service import Shops
from ledger.shop.stamps import shop_id
from tests.kits.grants import GranteesInMemory, fulfilment_of
from tests.kits.worker import World
from tests.kits.worker_fakes import Clock, FakeMail
from tests.stand_ins.pretix import PretixStandIn

SHOP = shop_id("winterfest")
EVENT = Destination(place=Place.PRETIX, organizer="org", event="conf", quota=1)
OWN = Destination(place=Place.OWN, product="weekend")


class Rows(GranteesInMemory):
    """The lists, worked out anew at each look."""

    def __init__(self, ledger: StampLedger) -> None:
        self.ledger = ledger


@dataclass(kw_only=True)
class VoucherHouse:
    """`base` and `token` lead to a pretix, or to what stands in for one."""

    ledger: StampLedger
    clock: Clock
    base: str
    token: str
    destination: Destination = EVENT
    mail: Any = field(default_factory=FakeMail)
    patience: float = 5.0
    keeper: PretixVouchers | None = None

    def __post_init__(self) -> None:
        self.rows, self.cases = Rows(self.ledger), Cases(self.ledger)
        self.shops = Shops(self.ledger, lambda: [SHOP])
        self.keeper = self.keeper or PretixVouchers(
            self.token, api_base=self.base, patience=self.patience
        )
        self.fulfilment = self.another_worker()
        self.grantees = self.fulfilment.grantees
        self.lane = VoucherLane(clock=self.clock)
        self.alarms = VoucherAlarms(cases=self.cases, clock=self.clock)

    def another_worker(self) -> Fulfilment:
        """One that shares the ledger with the others, and nothing else."""
        return fulfilment_of(
            self.ledger,
            self.cases,
            clock=self.clock,
            blind_index=self.ledger.keyring.blind_index,
            keepers={Place.PRETIX: self.keeper} if self.keeper else {},
        )

    def set_up(self, **changes: object) -> None:
        """Where vouchers are issued from here on."""
        told: dict[str, object] = {
            "shop": SHOP,
            "shop_slug": "winterfest",
            "destination": self.destination,
            "co_speaker_percent": "25",
            "ticket_price": Money(10000, "EUR"),
        }
        rules = GrantsSetUp(**{**told, **changes})  # type: ignore[arg-type]
        self.grantees.set_up(rules, correlation_id=uuid4(), actor="test")

    def listed(
        self,
        email: str,
        kind: GrantKind = GrantKind.GRANT,
        *,
        shop: UUID = SHOP,
        slug: str = "winterfest",
    ) -> Grantee:
        """Somebody on the list of a shop."""
        index = self.ledger.keyring.blind_index(email)
        wish = ListPerson(
            correlation_id=uuid4(),
            actor="test",
            at=self.clock(),
            shop=shop,
            shop_slug=slug,
            kind=kind,
            language="en",
            name=email.partition("@")[0],
            email=email,
            person_index=index,
            reference="",
        )
        return self.grantees.list_person(wish, key=index)

    def says(self, grantee: UUID, state: GrantState = GrantState.CONFIRMED) -> Grantee:
        """They come, or do not."""
        wish = SetState(correlation_id=uuid4(), actor="test", at=self.clock(), state=state)
        return self.grantees.handle(grantee, wish)

    def confirmed(self, email: str, kind: GrantKind = GrantKind.GRANT, **where: Any) -> Grantee:
        """Somebody on the list who comes."""
        return self.says(self.listed(email, kind, **where).id)

    def worker(self, *, lane: VoucherLane | None = None, threads: int = 1) -> Reactor[UUID]:
        """One pass over all that is due."""
        lane = lane or self.lane
        each = PeopleVouchersOutside(
            fulfilment=self.another_worker(), alarms=self.alarms, lane=lane
        )
        return Reactor(
            name="people_vouchers",
            find=lambda: [*self._due()],
            each=each,
            after=Patience(self.clock, longest=timedelta(seconds=5)),
            threads=Threads(most=threads, name="people_vouchers"),
        )

    def _due(self) -> Sequence[UUID]:
        now = self.clock()
        return [
            *self.rows.vouchers_due(now, 10_000, at_pretix=False),
            *self.rows.vouchers_due(now, 10_000, at_pretix=True),
        ]

    def letters(self) -> Reactor[UUID]:
        """One pass over the letters that are owed."""
        terms = self.shops.get("winterfest").terms
        each = GrantLetters(
            grantees=self.grantees,
            cases=self.cases,
            mail=self.mail,
            render=lambda one, owed: grant_letter(
                one, owed, terms, base_url="http://localhost", pretix_url=self.base
            ),
            keyed_hash=self.ledger.keyring.keyed_hash,
            mail_domain="winterfest.example",
            clock=self.clock,
            policy=DeliveryPolicy(),
        )
        return Reactor(
            name="grant_letters",
            find=lambda: self.rows.grant_letters_due(10_000),
            each=each,
            after=Patience(self.clock, longest=timedelta(seconds=5)),
        )

    def uses(self) -> VoucherUses:
        """The look at how often vouchers are used."""
        return VoucherUses(
            grantees=self.grantees,
            rows=self.rows,
            keeper=self.keeper,
            own=self.fulfilment.own,
            drift=DriftCases(cases=self.cases),
            alarms=self.alarms,
            clock=self.clock,
            lane=self.lane,
        )

    def run(
        self, *, passes: int = 40, seconds: float = 30.0, lane: VoucherLane | None = None
    ) -> None:
        """Workers until nothing is due, as time goes by."""
        worker, letters = self.worker(lane=lane), self.letters()
        for _ in range(passes):
            worker.run()
            letters.run()
            rows = self.rows._grantee_rows()
            if not any(row.work_due_at or row.letter_due for row in rows):
                return
            self.clock.forward(seconds=seconds)


def house_at(served: PretixStandIn, *, destination: Destination = EVENT) -> VoucherHouse:
    """A new house beside this pretix, which issues vouchers there."""
    world = World()
    made = VoucherHouse(
        ledger=world.store,
        clock=world.clock,
        base=served.url,
        token=served.token,
        destination=destination,
        keeper=line_to(served.url, served.token),
    )
    made.set_up()
    return made


@cache
def line_to(url: str, token: str) -> PretixVouchers:
    """The way to a pretix. Making one costs as much as a whole test."""
    return PretixVouchers(token, api_base=url, patience=5.0)


def voucher_of(house: VoucherHouse, person: Grantee) -> IssuedVoucher:
    """Somebody's newest voucher, as it stands now."""
    voucher = house.grantees.get(person.id).voucher
    assert voucher is not None
    return voucher


def stamps(house: VoucherHouse, kind: type) -> list[Recorded[object]]:
    """All stamps of a kind."""
    return [one for one in house.ledger.feed(0, limit=100_000) if isinstance(one.stamp, kind)]


def cases_of(house: VoucherHouse, kind: CaseKind) -> list[Case]:
    """All cases of a kind, as they stand now."""
    opened = stamps(house, CaseOpened)
    mine = [one.stream for one in opened if getattr(one.stamp, "kind", "") == kind]
    return [house.cases.get(one) for one in mine]


def clean(house: VoucherHouse) -> None:
    """What an auditor says of all of it."""
    assert verify(house.ledger.stored()) == ()
