"""What makes an audit fast hides nothing: fewer checks where fewer are asked for, little memory."""

from collections.abc import Collection, Sequence

import pytest

from ledger.audit import check_rows
from ledger.audit import verify as verifying
from ledger.audit import verify_streams as share
from ledger.audit.findings import Found
from ledger.audit.raw_rows import RawRow, Vertebra
from ledger.audit.verify import Verification, verify
from ledger.audit.verify_streams import StreamWindow
from ledger.kernel.values import replace
from tests.kits.audit import CopiedRows, a_history
from tests.kits.worlds import World


@pytest.fixture
def world() -> World:
    return a_history()


@pytest.fixture
def copy(world: World) -> CopiedRows:
    return CopiedRows(world.store.stored())


def quick_laws(copy: CopiedRows) -> set[str]:
    return {one.law for one in Verification(copy, hashes_only=True)}


def test_an_untouched_ledger_has_the_same_root_by_its_hashes_alone(world):
    quick = Verification(world.store.stored(), hashes_only=True)
    assert list(quick) == []
    assert quick.verdict is not None
    assert (quick.verdict.rows, quick.verdict.root) == world.store.head()


def test_hashes_alone_find_a_flipped_bit_wherever_it_is(copy):
    for at, row in enumerate(copy.kept, start=1):
        bent = CopiedRows(copy)
        bent.bend(at, state=row.state[:-1] + bytes([row.state[-1] ^ 1]))
        (finding,) = Verification(bent, hashes_only=True)
        assert (finding.law, finding.position) == ("14", at)


def test_hashes_alone_find_a_hole_a_swap_and_a_version_out_of_turn(copy):
    del copy.kept[4]
    assert {"2", "14"} <= quick_laws(copy)


def test_hashes_alone_find_rows_that_changed_places(copy):
    first, second = copy.kept[6], copy.kept[7]
    copy.kept[6] = replace(second, position=first.position)
    copy.kept[7] = replace(first, position=second.position)
    assert "14" in quick_laws(copy)


def test_hashes_alone_read_no_stamp(copy, monkeypatch):
    monkeypatch.setattr(share, "recorded_row", None)
    assert quick_laws(copy) == set()


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_a_memory_of_few_streams_finds_the_same(copy, monkeypatch, batch):
    at = copy.position_of("PAID")
    copy.bend(at, version=copy.kept[at - 1].version + 1)
    everything = verify(copy)
    monkeypatch.setattr(verifying, "BATCH", batch)
    monkeypatch.setattr(share, "StreamWindow", Forgetful)
    assert verify(copy) == everything
    assert everything != ()


class Forgetful(StreamWindow):
    """Keeps nothing from window to window: every stream is read again."""

    def prepare(self, rows: Sequence[RawRow], *, after: int) -> None:
        self.versions.clear()
        self.states.clear()
        super().prepare(rows, after=after)


def test_streams_of_a_window_are_read_at_once(copy, monkeypatch):
    asked: list[int] = []

    def streams(wanted: Collection[bytes], *, until: int) -> Sequence[RawRow]:
        asked.append(until)
        return CopiedRows.raw_streams(copy, wanted, until=until)

    monkeypatch.setattr(copy, "raw_streams", streams)
    monkeypatch.setattr(verifying, "BATCH", 5)
    assert verify(copy) == ()
    assert 0 < len(asked) <= len(copy.kept) // 5 + 1


def test_rows_that_follow_each_other_are_asked_about_nothing(copy, monkeypatch):
    asked: list[int] = []

    def said(check: object, row: Vertebra, before: object) -> Sequence[Found]:
        asked.append(row[0])
        return ()

    monkeypatch.setattr(verifying, "_said", said)
    assert quick_laws(copy) == set()
    assert {*asked} == {1}, "only the first has nobody before it"
    copy.bend(5, recorded_at=copy.kept[3].recorded_at)
    quick_laws(copy)
    assert {*asked} == {1}, "the same moment is not backwards"


def test_a_body_is_read_for_what_is_personal_only_if_its_name_stands_there(copy, monkeypatch):
    monkeypatch.setattr(check_rows, "json", None)
    assert verify(copy) == ()
