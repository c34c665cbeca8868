"""Vouchers in reports: each once, whoever keeps it, in the currency of those who paid less."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.vouchers.stamps import (
    Effect,
    EffectKind,
    VoucherIssued,
    VoucherRedeemed,
    VoucherTerms,
)
from projections.reports.report import Frame
from projections.reports.sums import FOREVER, EnteredFigures, entries_of
from projections.reports.vouchers import VOUCHERS_BY_KIND
from tests.kits.histories import SHOP

AT, UTC_ZONE = datetime(2027, 1, 12, tzinfo=UTC), ZoneInfo("UTC")
FRAME = Frame(
    shops=("winterfest",),
    since=AT,
    until=datetime(2027, 2, 1, tzinfo=UTC),
    as_of=FOREVER,
    zone=UTC_ZONE,
    zones={"winterfest": UTC_ZONE},
    starts={"winterfest": AT},
)


def history(number: int, *stamps: Any) -> list[Recorded[object]]:
    return [
        Recorded(
            stream=UUID(int=number),
            version=version,
            position=100 * number + version,
            recorded_at=AT,
            stamp=one,
            correlation_id=UUID(int=version),
            actor="test",
        )
        for version, one in enumerate(stamps, start=1)
    ]


def code(source: UUID | None = None) -> VoucherIssued:
    effect = Effect(kind=EffectKind.PERCENT_OFF, percent="10")
    return VoucherIssued(
        shop=SHOP,
        shop_slug="winterfest",
        code_index="c",
        terms=VoucherTerms(effect=effect, uses=9),
        source=source,
    )


def used(amount: int, currency: str) -> VoucherRedeemed:
    return VoucherRedeemed(order=UUID(int=99), uses=1, reduction=Money(amount, currency))


def rows(*histories: list[Recorded[object]]) -> list[list[Any]]:
    entered = EnteredFigures(row for one in histories for row in entries_of(one))
    sheet = VOUCHERS_BY_KIND.make(entered, FRAME)
    return [[cell.value for cell in line.cells] for line in sheet.lines]


def test_a_voucher_of_our_own_shop_for_a_person_counts_with_the_person_alone():
    theirs = history(1, code(source=UUID(int=5)), used(350, "EUR"))
    assert rows(theirs) == [["total", "", 0, 0, 0, None, None]]
    assert rows(theirs, history(2, code(), used(350, "EUR")))[0][:5] == ["codes", "own", 1, 0, 1]


def test_money_of_two_currencies_never_meets():
    euros, crowns = Money(350, "EUR"), Money(900, "SEK")
    found = rows(history(1, code(), used(350, "EUR")), history(2, code(), used(900, "SEK")))
    assert found == [
        ["codes", "own", 2, 0, 0, None, None],
        ["total", "", 2, 0, 0, None, None],
        ["codes", "own", 0, 0, 1, Money(0, "EUR"), euros],
        ["total", "", 0, 0, 1, Money(0, "EUR"), euros],
        ["codes", "own", 0, 0, 1, Money(0, "SEK"), crowns],
        ["total", "", 0, 0, 1, Money(0, "SEK"), crowns],
    ]
