"""Processes are killed at the lines between a person and their voucher: one each, in the end.

The ledger is PostgreSQL's, the processes are real, and the pretix that stands in cuts answers after
it has done what it was asked.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.audit.verify import verify
from ledger.grants.grantee import Grantee, GrantState
from ledger.grants.stamps import GrantKind
from tests.conftest import Database
from tests.crash.driver import world_at
from tests.kits.voucher_house import VoucherHouse, line_to, voucher_of
from tests.kits.voucher_process import VoucherJob, VoucherProcesses, letters_in
from tests.kits.worker import World
from tests.stand_ins.pretix import PretixStandIn
from tests.stand_ins.serving import serving

DEEDS = {"create": "POST", "upgrade": "PATCH", "withdraw": "DELETE"}
# Minutes from one person to the next, and to whoever goes on after a kill.
_NEXT, _LATER = 40, 15
# Set up, and gone on with, by one process.
_TOGETHER = 40
# All lines are more than one test may take.
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Kill:
    """At which line, and the method whose answer is cut after it was done; empty if none is."""

    line: int
    cut: str = ""


class Scene:
    """A ledger, a pretix, mailboxes, and processes that may be killed."""

    def __init__(self, url: str, processes: VoucherProcesses, folder: Path) -> None:
        self.url, self.processes, self.folder = url, processes, folder
        self.served, self.minutes = PretixStandIn(), 0

    def house(self, world: World) -> VoucherHouse:
        return VoucherHouse(
            ledger=world.store,
            clock=world.clock,
            base=self.served.url,
            token=self.served.token,
            keeper=line_to(self.served.url, self.served.token),
        )

    def run(self, people: Sequence[Grantee], *, line: int = 0, points: str = "") -> int:
        job = VoucherJob(
            url=self.url,
            base=self.served.url,
            token=self.served.token,
            mailbox=str(self.folder),
            people=tuple(str(one.id) for one in people),
            minutes=self.minutes,
            line=line,
            points=points,
        )
        return self.processes.run(job)

    def ready(self, deed: str, many: int) -> Sequence[Grantee]:
        """So many people for whom this is to be done next."""
        self.minutes += _NEXT
        with world_at(self.url, minutes=self.minutes) as world:
            house = self.house(world)
            house.set_up()
            emails = [f"p{self.minutes}-{number}@example.org" for number in range(many)]
            people = [house.confirmed(one, GrantKind.CO_SPEAKER) for one in emails]
            if deed != "create":
                assert self.run(people) == 0
            for one, email in zip(people, emails, strict=True):
                if deed == "upgrade":
                    house.listed(email, GrantKind.GRANT)
                if deed == "withdraw":
                    house.says(one.id, GrantState.CANCELLED)
        self.minutes += _LATER
        return people

    def points(self, deed: str) -> Sequence[Kill]:
        """Where to kill: at each line; where an answer is cut, around whatever is heard of it."""
        kills = list[Kill]()
        for cut in ("", DEEDS[deed], "GET"):
            self.trouble(cut)
            file = self.folder / "points"
            assert self.run(self.ready(deed, 1), points=str(file)) == 0
            self.served.calm()
            found = [(heard, line) for heard, line in json.loads(file.read_text())]
            last = dict(sorted(found))
            first = dict(sorted(found, reverse=True))
            edges = {*first.values(), *last.values()}
            kills += [Kill(line, cut) for _, line in sorted(found) if not cut or line in edges]
        return kills

    def trouble(self, cut: str) -> None:
        if cut:
            self.served.plan("gone", method=cut)

    def survives(self, deed: str, kills: Sequence[Kill]) -> None:
        """A person for each kill, and a process that is killed over it; then somebody goes on."""
        made = len(self.served.made)
        people = self.ready(deed, len(kills))
        for person, kill in zip(people, kills, strict=True):
            self.trouble(kill.cut)
            assert self.run([person], line=kill.line) != 0, kill
            self.served.calm()
        self.minutes += _LATER
        assert self.run(people) == 0
        with world_at(self.url, minutes=self.minutes) as world:
            for person, kill in zip(people, kills, strict=True):
                self._is_right(self.house(world), person, deed, kill)
        assert len(self.served.made) == made + len(kills)

    def _is_right(self, house: VoucherHouse, person: Grantee, deed: str, kill: Kill) -> None:
        voucher = voucher_of(house, person)
        there = [one for one in self.served.vouchers.values() if one["code"] == voucher.code]
        values = {"create": ["25.00"], "upgrade": ["0.00"], "withdraw": []}[deed]
        assert [one["value"] for one in there] == values, kill
        assert voucher.withdrawn == (deed == "withdraw"), kill
        letters = letters_in(self.folder / str(person.id))
        assert len({*letters}) == (2 if deed == "upgrade" else 1), (kill, letters)
        assert len(letters) - len({*letters}) <= 1, "one of unknown fate goes once more"


@pytest.fixture(scope="module")
def processes() -> Iterator[VoucherProcesses]:
    made = VoucherProcesses()
    yield made
    made.close()


@pytest.fixture
def scene(database: Database, processes: VoucherProcesses, tmp_path: Path) -> Iterator[Scene]:
    made = Scene(database.app, processes, tmp_path)
    with serving(made.served):
        yield made
        with world_at(database.app, minutes=made.minutes) as world:
            assert verify(world.store.stored()) == ()


@pytest.mark.parametrize(("deed", "line"), [("create", 150), ("upgrade", 151), ("withdraw", 100)])
def test_a_process_killed_at_some_line_leaves_one_voucher_and_one_letter(
    scene: Scene, deed: str, line: int
):
    scene.survives(deed, [Kill(line, ("", DEEDS[deed], "GET")[line % 3])])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(_PARTS))
@pytest.mark.parametrize("deed", DEEDS)
def test_a_process_killed_at_any_line_leaves_one_voucher_and_one_letter(
    scene: Scene, deed: str, part: int
):
    kills = scene.points(deed)
    assert len(kills) > 300
    mine = kills[part::_PARTS]
    for start in range(0, len(mine), _TOGETHER):
        scene.survives(deed, mine[start : start + _TOGETHER])
