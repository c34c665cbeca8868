"""What a shop gives to people: where its vouchers are issued, and what each kind takes off."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import assert_never
from uuid import UUID, uuid5

from ledger.grants.issued_voucher import FULL
from ledger.grants.stamps import (
    GrantKind,
    GrantsSetUp,
    GrantTerms,
    Place,
    PriceMode,
    ProgrammeStamp,
)
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Foreign, Recorded
from ledger.kernel.money import Money, percent_of
from ledger.kernel.refusals import GrantsSetUpWrong

_PROGRAMMES = UUID("8e6a1b52-0a61-4d0f-9a4e-6f0d2f6f4d11")
_LONGEST_SLUG = 50


def programme_id(shop: UUID) -> UUID:
    """The stream of what a shop gives."""
    return uuid5(_PROGRAMMES, str(shop))


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantProgramme:
    """A shop's programme; `rules` is None until it was set up."""

    id: UUID
    version: int = 0
    rules: GrantsSetUp | None = None


def fold_programme(id: UUID, history: Iterable[Recorded[object]]) -> GrantProgramme:
    """The programme as it stands after these stamps."""
    folded = GrantProgramme(id=id)
    for recorded in history:
        folded = evolve_programme(folded, recorded)
    return folded


def evolve_programme(programme: GrantProgramme, recorded: Recorded[object]) -> GrantProgramme:
    """The programme after one more stamp."""
    programme, stamp = replace(programme, version=recorded.version), recorded.stamp
    if not isinstance(stamp, ProgrammeStamp):
        raise Foreign(stamp)
    match stamp:
        case GrantsSetUp():
            return replace(programme, rules=stamp)
        case Erased():
            return programme
        case _:
            assert_never(stamp)


def decide_set_up(programme: GrantProgramme, wanted: GrantsSetUp) -> tuple[GrantsSetUp, ...]:
    """The same again is no change. Raises `GrantsSetUpWrong`."""
    if trouble := set_up_trouble(wanted):
        raise GrantsSetUpWrong(trouble)
    known = programme.rules
    return () if known and replace(known, reason=wanted.reason) == wanted else (wanted,)


def set_up_trouble(wanted: GrantsSetUp) -> str:
    """What is wrong with these rules, as a word; empty if nothing is."""
    told = wanted.destination
    try:
        percent = Decimal(wanted.co_speaker_percent)
    except ArithmeticError:
        return "percent"
    if not percent.is_finite() or not 0 < percent <= 100 or percent != round(percent, 2):
        return "percent"
    if told.place is Place.OWN:
        return "" if told.product else "product"
    names = (told.organizer, told.event)
    if not all(_is_slug(one) for one in names):
        return "event"
    if (told.quota is None) is (told.item is None):
        return "quota_or_item"
    numbers = [one for one in (told.quota, told.item) if one is not None]
    return "" if all(0 < one < 2**31 for one in numbers) else "quota_or_item"


def _is_slug(text: str) -> bool:
    """What pretix takes as an organizer's or an event's short name."""
    plain = text.isascii() and text.replace("-", "").replace(".", "").replace("_", "").isalnum()
    return plain and len(text) <= _LONGEST_SLUG and text[:1].isalnum()


def over_since(rules: GrantsSetUp | None, at: datetime) -> datetime | None:
    """When a programme ended that is over by then: its vouchers would be good for nothing."""
    until = rules.destination.valid_until if rules is not None else None
    return until if until is not None and until <= at else None


def terms_of(kind: GrantKind, rules: GrantsSetUp) -> GrantTerms:
    """What a voucher of this kind does to a price."""
    if kind in FULL:
        return GrantTerms(mode=PriceMode.SET, value="0.00")
    return GrantTerms(mode=PriceMode.PERCENT, value=f"{Decimal(rules.co_speaker_percent):.2f}")


def worth_of(kind: GrantKind, rules: GrantsSetUp) -> Money | None:
    """What it takes off one ticket, where the programme says what one costs."""
    price = rules.ticket_price
    if price is None or kind in FULL:
        return price
    return percent_of(price, Decimal(rules.co_speaker_percent))
