"""One shop whose stamps cannot be read harms no other, and a right file repairs it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.store.recorder import Committed, PreparedAppend
from adapters.store.rows import PreparedStamp
from ledger.audit.check_seats import derive_seats, seat_differences
from ledger.audit.findings import Finding
from ledger.audit.replay import (
    ReplayStep,
    Standing,
    replay_rows,
    replay_stream,
    until_position,
)
from ledger.audit.verify import verify
from ledger.codec import NotStorable, encode, frame
from ledger.codec.rows import LedgerRows
from ledger.kernel import values
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.refusals import ShopUnreadable
from ledger.kernel.store import Append, SeatChange
from ledger.shop.service import Shops, UnreadShop
from ledger.shop.stamps import PreferencesChanged, QuotaSet, ShopRestated, quota_id, shop_id
from tests.kits.worlds import SPEC, World

OTHER = replace(SPEC, slug="summerfest")
BROKEN: Any = replace(
    SPEC.preferences.cancellation,
    fee_fixed=Money(True, "EUR"),
)
STREAM = shop_id(SPEC.slug)
EVERYTHING = until_position(2**62)


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.shops.import_shop(OTHER, actor="test", at=made.clock())
    yield made
    made.close()


def draft(world: World) -> Draft:
    """Preferences that nobody can read."""
    after = replace(SPEC.preferences, cancellation=BROKEN)
    changed = PreferencesChanged(before=SPEC.preferences, after=after)
    return Draft(stream=STREAM, stamp=changed, correlation_id=world.id("old"), actor="old release")


def written_by_an_old_release(
    world: World, old: Draft | None = None, seats: Sequence[SeatChange] = ()
) -> int:
    """A stamp that was encoded and never read back; its version."""
    version = len(world.store.read(STREAM)) + 1
    encoded = encode(old or draft(world))
    stamp = PreparedStamp(
        STREAM,
        version,
        encoded.type,
        frame(encoded.schema, b"", encoded.body),
        world.id("old"),
        encoded.occurrence,
        encoded.binding,
        encoded.series,
    )
    answers = world.recorder.commit([PreparedAppend([stamp], {STREAM: version - 1}, seats)])
    assert isinstance(answers[0], Committed)
    return version


def shops(world: World) -> Shops:
    """As a process that begins sees them."""
    return Shops(world.store, lambda: [STREAM, shop_id(OTHER.slug)])


def test_what_would_not_read_back_is_not_stored(world: World) -> None:
    size, _ = world.store.head()
    expected = {STREAM: len(world.store.read(STREAM))}
    with pytest.raises(NotStorable):
        world.store.append(Append(drafts=[draft(world)], expected=expected))
    assert world.store.head()[0] == size


def test_the_other_shops_go_on(world: World) -> None:
    written_by_an_old_release(world)
    all_of_them, unread = shops(world), list[UnreadShop]()
    assert all_of_them.slugs(unread=unread.append) == [OTHER.slug]
    assert [one.name for one in unread] == [SPEC.slug]
    assert "PREFERENCES_CHANGED" in unread[0].why
    with pytest.raises(ShopUnreadable):
        all_of_them.get(SPEC.slug)
    assert all_of_them.get(OTHER.slug).terms == OTHER.preferences
    wider = replace(OTHER, quotas={**OTHER.quotas, "weekend": 9})
    assert len(all_of_them.import_shop(wider, actor="test", at=world.clock())) == 1


def test_the_auditor_names_that_stamp_and_no_other(world: World) -> None:
    written_by_an_old_release(world)
    found = verify(world.store.stored())
    assert {one.stream for one in found} == {STREAM}
    assert {one.law for one in found} == {"13"}


def test_a_replay_tells_it_and_goes_on(world: World) -> None:
    version = written_by_an_old_release(world)
    rows, standing = world.store.stored(), Standing()
    taken(rows, standing)
    assert standing.unread == 1
    assert standing.stamps == standing.position == rows.head()[0]
    steps = {one.version: one for one in replay_stream(rows, STREAM, until=EVERYTHING)}
    assert steps[version].unread
    assert "PREFERENCES_CHANGED cannot be read" in steps[version].words


def test_a_replay_passes_over_what_counts_no_more(world: World) -> None:
    version = written_by_an_old_release(world)
    shops(world).import_shop(SPEC, actor="test", at=world.clock())
    world.place("order")
    rows, standing = world.store.stored(), Standing()
    taken(rows, standing)
    assert standing.unread == 0
    assert standing.position == rows.head()[0]
    assert standing.statuses["PENDING"] == 1
    steps = [*replay_stream(rows, STREAM, until=EVERYTHING)]
    assert [one.words for one in steps if one.version == version] == [
        "PREFERENCES_CHANGED cannot be read and counts no more"
    ]


def test_seats_are_counted_before_and_after_the_repair_of_a_quota(world: World) -> None:
    quota = quota_id(STREAM, "weekend")
    old = values.replace(draft(world), stamp=QuotaSet(slug="weekend", capacity=True))
    written_by_an_old_release(world, old, [SeatChange(quota=quota, capacity=1)])
    assert not differing_seats(world)
    assert {one.law for one in verify(world.store.stored())} == {"13"}
    shops(world).import_shop(SPEC, actor="test", at=world.clock())
    assert not differing_seats(world)
    assert not verify(world.store.stored())


def differing_seats(world: World) -> list[Finding]:
    rows = world.store.stored()
    size, _ = rows.head()
    return [*seat_differences(derive_seats(rows, until=size), rows.seat_totals(size))]


def taken(rows: LedgerRows, standing: Standing) -> None:
    for one in replay_rows(rows, until=EVERYTHING):
        if isinstance(one, ReplayStep):
            standing.pass_over(one)
        else:
            standing.take(*one)


def test_a_right_file_repairs_the_shop(world: World) -> None:
    version = written_by_an_old_release(world)
    mended = shops(world)
    after = replace(SPEC.preferences, unpaid_after=3600)
    stamped = mended.import_shop(replace(SPEC, preferences=after), actor="test", at=world.clock())
    assert stamped[0].stamp == ShopRestated(versions=(version,))
    again = shops(world)
    assert again.slugs() == [SPEC.slug, OTHER.slug]
    shop = again.get(SPEC.slug)
    assert shop.terms == after
    assert shop.quotas == SPEC.quotas
    assert [*shop.products] == [one.slug for one in SPEC.products]
    assert not again.import_shop(replace(SPEC, preferences=after), actor="test", at=world.clock())
    assert not verify(world.store.stored())
    assert world.place("order").due == Money(7000, "EUR")
    history = world.store.read_many([STREAM], until=2**62)[STREAM]
    assert version not in [one.version for one in history]
