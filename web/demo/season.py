"""Who comes to the demo's shops in three months: the same people with the same fates each time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import TypeVar

from ledger.order.commands import Wanted
from ledger.order.stamps import Customer

LASTS = timedelta(days=92)
# Early birds pay less; the price goes up once.
DEARER_AFTER = timedelta(days=45)
WINTERFEST, SAUNA = "winterfest", "sauna"
# A newsletter brought its readers a code, since this day; some of those who order have read it.
CODE, CODE_SINCE = "POLAR15", timedelta(days=20)
_HAVE_READ = 0.1
# Of the sauna: there are few, and people wait in line for one.
RAFT = "raft"

_T = TypeVar("_T", bound=str)


class Fate(StrEnum):
    """What becomes of an order."""

    PAYS = "pays"
    PAYS_AT_SECOND_TRY = "pays at the second try"
    DECLINED = "declined, and never comes back"
    SLOW_BANK = "the bank answers days later"
    LEAVES = "never pays"
    GIVES_UP = "cancels before paying"
    CANCELS = "pays, then cancels"
    GOODWILL = "pays, then ticket sales return a part"
    DISPUTES = "disputes the payment"
    DISPUTE_WON = "disputes the payment, and the shop wins"
    REFUND_FAILS = "cancels, and the refund does not arrive"
    WRITES = "pays, writes, and is noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody who orders so long after the season's first midnight."""

    after: timedelta
    shop: str
    customer: Customer
    language: str
    lines: tuple[Wanted, ...]
    fate: Fate
    code: str = ""


class Will(StrEnum):
    """What somebody in line does."""

    BUYS = "buys when seats are held"
    CHANGES = "buys, then cancels"
    LETS_LAPSE = "does not answer in time"
    LEAVES = "leaves the line"
    WAITS = "waits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Somebody who waits in line for a raft; after `pause` in line, or of a hold, they act."""

    after: timedelta
    customer: Customer
    language: str
    will: Will
    pause: timedelta = timedelta(hours=9)


_ORDINARY: Mapping[Fate, int] = {
    Fate.PAYS: 76,
    Fate.PAYS_AT_SECOND_TRY: 6,
    Fate.DECLINED: 3,
    Fate.SLOW_BANK: 3,
    Fate.LEAVES: 4,
    Fate.GIVES_UP: 2,
    Fate.CANCELS: 5,
    Fate.WRITES: 1,
}
_BY_TRANSFER: Mapping[Fate, int] = {Fate.PAYS: 85, Fate.LEAVES: 10, Fate.GIVES_UP: 5}
# What is rare happens on these days, so that the desk is neither empty nor full.
_RARE: Mapping[int, Fate] = {
    20: Fate.DISPUTE_WON,
    34: Fate.GOODWILL,
    58: Fate.GOODWILL,
    77: Fate.REFUND_FAILS,
    83: Fate.DISPUTES,
}
_FIRST = {
    "fi": "Aino Eero Helmi Ilmari Kaisa Lauri Marja Niilo Oona Pekka Riikka Tapio Tuuli Veikko",
    "sv": "Agneta Björn Elsa Fredrik Gunilla Håkan Linnea Mats Sigrid Torsten",
    "en": "Alice Brian Chloe Dylan Erin George Hannah Oliver Priya Samuel Zoe",
}
_LAST = {
    "fi": "Aalto Heikkinen Järvinen Koskinen Laine Mäkelä Nieminen Pitkänen Rantanen Virtanen",
    "sv": "Ahlström Berg Ekholm Forsman Grönroos Lindqvist Nyberg Sandell Wikström",
    "en": "Adams Bennett Carter Dawson Fletcher Hughes Kumar Mitchell Okafor Walsh",
}
_LANGUAGES: Mapping[str, int] = {"fi": 62, "sv": 14, "en": 24}


def season() -> Sequence[Visit | Wait]:
    """Everybody, in the order they come."""
    chance = Random("winterfest 2027")  # noqa: S311 (the same season each time)
    visits = [visit for day in range(LASTS.days) for visit in _day(day, chance)]
    return sorted((*_with_codes(visits), *rafts(LASTS)), key=lambda one: one.after)


def _with_codes(visits: Sequence[Visit]) -> Iterator[Visit]:
    """Some of them have read the newsletter."""
    chance = Random("newsletter")  # noqa: S311 (the same readers each time)
    for visit in visits:
        in_time = visit.shop == WINTERFEST and visit.after >= CODE_SINCE + timedelta(days=1)
        read = in_time and chance.random() < _HAVE_READ
        yield replace(visit, code=CODE) if read else visit


# The four rafts, bought on these days before the end, and who waits for one since.
_RAFTS: Mapping[float, Fate] = {
    21.9: Fate.PAYS,
    21.6: Fate.LEAVES,
    20.4: Fate.CANCELS,
    19.5: Fate.PAYS,
}
_IN_LINE: Mapping[float, Will] = {
    18.6: Will.BUYS,
    17.4: Will.LETS_LAPSE,
    16.7: Will.LEAVES,
    15.5: Will.CHANGES,
    14.3: Will.WAITS,
    9.6: Will.WAITS,
    6.4: Will.WAITS,
    2.2: Will.WAITS,
}


def rafts(lasts: timedelta) -> Sequence[Visit | Wait]:
    """How the sauna's few rafts sell out, and what becomes of those who wait in line for one."""
    chance = Random("rafts")  # noqa: S311 (the same people each time)
    end, found = timedelta(days=lasts.days), list[Visit | Wait]()
    for ago, fate in _RAFTS.items():
        visit = _visit(0, SAUNA, fate, chance)
        raft = (Wanted(product=RAFT, quantity=1),)
        found.append(replace(visit, after=end - timedelta(days=ago), lines=raft))
    for ago, will in _IN_LINE.items():
        language = _drawn(_LANGUAGES, chance)
        after = end - timedelta(days=ago)
        person = _customer(language, chance)
        found.append(Wait(after=after, customer=person, language=language, will=will))
    return found


def _day(day: int, chance: Random) -> Iterator[Visit]:
    for _ in range(_buyers(day, chance)):
        yield _visit(day, WINTERFEST, _drawn(_ORDINARY, chance), chance)
    if day in _RARE:
        yield _visit(day, WINTERFEST, _RARE[day], chance)
    if day >= 30 and chance.random() < 0.6:
        yield _visit(day, SAUNA, _drawn(_BY_TRANSFER, chance), chance)


def _buyers(day: int, chance: Random) -> int:
    """Many on the first days, few in between, and more at week-ends and before the price rises."""
    rush = {0: 22, 1: 12, 2: 7, DEARER_AFTER.days - 1: 14, DEARER_AFTER.days: 6}
    usual = 3 if day % 7 in (5, 6) else 2
    return rush.get(day, chance.randint(usual - 1, usual + 1))


def _visit(day: int, shop: str, fate: Fate, chance: Random) -> Visit:
    language = _drawn(_LANGUAGES, chance)
    # By day, most of them in the evening.
    hour = chance.triangular(7, 22, 18)
    return Visit(
        after=timedelta(days=day, hours=hour),
        shop=shop,
        customer=_customer(language, chance),
        language=language,
        lines=_lines(shop, fate, chance),
        fate=fate,
    )


def _customer(language: str, chance: Random) -> Customer:
    first = chance.choice(_FIRST[language].split())
    last = chance.choice(_LAST[language].split())
    plain = f"{first}.{last}".lower().translate(str.maketrans("äöå", "aoa"))
    return Customer(first_name=first, last_name=last, email=f"{plain}@visitors.example")


def _lines(shop: str, fate: Fate, chance: Random) -> tuple[Wanted, ...]:
    many = chance.randint(1, 4)
    if shop == SAUNA:
        night = Wanted(product="night", quantity=many)
        towel = Wanted(product="towel", quantity=chance.randint(1, 2))
        return (night, towel) if chance.random() < 0.3 else (night,)
    main = Wanted(product=_drawn({"weekend": 3, "friday": 1}, chance), quantity=many)
    with_assistant = fate is Fate.PAYS and chance.random() < 0.04
    return (main, Wanted(product="companion", quantity=1)) if with_assistant else (main,)


def _drawn(weights: Mapping[_T, int], chance: Random) -> _T:
    return chance.choices(list(weights), list(weights.values()))[0]
