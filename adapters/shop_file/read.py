"""A shop file (YAML) as a shop's specification. All that is wrong is told at once, with its line.

What the values may be is `ledger.shop.rules`'.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters.shop_file.fields import (
    Key,
    Reading,
    duration,
    flag,
    group,
    moment,
    one_of,
    percent,
    seats,
    shown,
    text,
    texts,
    whole,
    words,
    zone,
)
from adapters.shop_file.pictures import PICTURE, NamedPictures, PicturesBeside
from adapters.shop_file.strict_yaml import Items, Misread, Node, NotYaml, Place, read_yaml
from ledger.kernel.money import Money
from ledger.kernel.refusals import ShopInvalid
from ledger.shop import rules
from ledger.shop.faults import Fault
from ledger.shop.letter_words import NO_WORDS, PLACES, LetterWords
from ledger.shop.limits import FILE_BYTES
from ledger.shop.questions import AnswerChoice, Needed, QuestionKind, Questions, TicketQuestion
from ledger.shop.shop import ProductSpec, ShopSpec
from ledger.shop.stamps import (
    Admission,
    BankAccount,
    CancellationPolicy,
    Preferences,
    Release,
    Retention,
    Seller,
    SignIn,
    Surplus,
    Venue,
)

WHOLE_FILE = "the whole file"


class Capture(StrEnum):
    """When payments are taken: at once, or authorized first and captured after the grace period."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


def _listed(
    known: Callable[[], Mapping[str, Key]], right: str
) -> Callable[[Reading, Node, Place], Any]:
    """A list of mappings with these keys."""

    def read(reading: Reading, node: Node, path: Place) -> Sequence[dict[str, Any]] | None:
        if not isinstance(node, Items):
            reading.wrong(path, shown(node), right)
            return None
        found = []
        for number, one in enumerate(node.items):
            reading.lines[(*path, number)] = one.line
            found.append(reading.keys(one, (*path, number), known()))
        return found

    return read


CHOICE: Mapping[str, Key] = {
    "slug": Key(text, "", needed=True),
    "label": Key(texts, {}, needed=True),
}
QUESTION: Mapping[str, Key] = {
    "slug": Key(text, "", needed=True),
    "kind": Key(one_of(QuestionKind), QuestionKind.TEXT, needed=True),
    "label": Key(texts, {}, needed=True),
    "hint": Key(texts, {}),
    "needed": Key(one_of(Needed), Needed.OPTIONAL),
    "choices": Key(_listed(lambda: CHOICE, "a list of choices"), ()),
}
SELLER: Mapping[str, Key] = {
    "name": Key(text, "", needed=True),
    "email": Key(text, "", needed=True),
    "business_id": Key(text, ""),
    "address": Key(text, ""),
    "phone": Key(text, ""),
}
FEE: Mapping[str, Key] = {"fixed": Key(whole, 0), "percent": Key(percent, "0")}
_NO_FEE = {"fixed": 0, "percent": "0"}
CANCELLATION: Mapping[str, Key] = {
    "period_days": Key(whole, 0),
    "fee": Key(group(FEE), _NO_FEE),
    "release_seats": Key(one_of(Release), Release.AT_REFUND_ACCEPTED),
    "parts": Key(flag, False),
    "approval_above": Key(whole, None),
}
ADMISSION: Mapping[str, Key] = {
    "days": Key(words, ()),
    "doors": Key(words, ()),
    "reentry": Key(flag, False),
    "hand_out": Key(texts, {}),
}
PRODUCT: Mapping[str, Key] = {
    "slug": Key(text, "", needed=True),
    "title": Key(texts, {}, needed=True),
    "description": Key(texts, {}),
    "price": Key(whole, 0, needed=True),
    "vat_percent": Key(percent, "0", needed=True),
    "quotas": Key(words, ()),
    "unlimited": Key(flag, False),
    "tickets": Key(whole, 1),
    "max_per_order": Key(whole, 10),
    "available_from": Key(moment, None),
    "available_until": Key(moment, None),
    "admission": Key(group(ADMISSION), None),
    "waiting_list": Key(duration, None),
    "questions": Key(_listed(lambda: QUESTION, "a list of questions"), ()),
    "answers_until": Key(moment, None),
}
BANK_ACCOUNT: Mapping[str, Key] = {
    "iban": Key(text, "", needed=True),
    "holder": Key(text, "", needed=True),
    "bic": Key(text, ""),
}
VENUE: Mapping[str, Key] = {
    "name": Key(texts, {}, needed=True),
    "address": Key(text, "", needed=True),
    "directions": Key(texts, {}),
}
LETTER: Mapping[str, Key] = {name: Key(texts, {}) for name in ("subject", "opening", "closing")}
LETTERS: Mapping[str, Key] = {kind: Key(group(LETTER), None) for kind in PLACES}
_KEPT = Retention()
RETENTION: Mapping[str, Key] = {
    "people_years": Key(whole, _KEPT.people_years),
    "receipts_years": Key(whole, _KEPT.receipts_years),
    "named_receipts": Key(flag, _KEPT.named_receipts),
}
SHOP: Mapping[str, Key] = {
    "slug": Key(text, "", needed=True),
    "name": Key(texts, {}, needed=True),
    "seller": Key(group(SELLER), dict.fromkeys(SELLER, ""), needed=True),
    "currency": Key(text, "", needed=True),
    "timezone": Key(zone, "UTC", needed=True),
    "starts_at": Key(moment, "2000-01-01T00:00:00", needed=True),
    "provider": Key(text, "", needed=True),
    "products": Key(_listed(lambda: PRODUCT, "a list of products"), (), needed=True),
    "quotas": Key(seats, {}, needed=True),
    "letters": Key(group(LETTERS), {}),
    "capture": Key(one_of(Capture), Capture.AUTOMATIC),
    "grace_period": Key(duration, 3600),
    "overpaid": Key(one_of(Surplus), Surplus.CASE),
    "unpaid_after": Key(duration, 3 * 24 * 3600),
    "cancellation": Key(group(CANCELLATION), None),
    "terms_url": Key(texts, {}),
    "how_to_pay": Key(texts, {}),
    "bank_account": Key(group(BANK_ACCOUNT), None),
    "remind_unpaid": Key(flag, True),
    "venue": Key(group(VENUE), None),
    "doors_at": Key(moment, None),
    "ends_at": Key(moment, None),
    "picture": Key(group(PICTURE), None),
    "logo": Key(group(PICTURE), None),
    "colour": Key(text, ""),
    "sign_in": Key(one_of(SignIn), SignIn.OPTIONAL),
    "retention": Key(group(RETENTION), None),
    "waiting_list": Key(duration, None),
    "door_names": Key(flag, False),
}
_NO_SELF_SERVICE = {name: key.standin for name, key in CANCELLATION.items()}


def read_shop_file(path: Path) -> ShopSpec:
    """The shop that a file describes; raises `ShopInvalid` with all that is wrong, and where."""
    try:
        with path.open("rb") as file:
            # One byte more than may be shows that there are too many.
            content = file.read(FILE_BYTES + 1)
    except OSError as error:
        raise ShopInvalid([(path.name, f"cannot be read: {error.strerror}")]) from error
    return shop_of(content, name=path.name, folder=path.parent)


def shop_of(content: bytes, *, name: str, folder: Path | None = None) -> ShopSpec:
    """The shop that the bytes of a file describe; raises `ShopInvalid`.

    The pictures that it names lie in `folder`; without one, it can name none.
    """
    try:
        tree, misread = read_yaml(content)
    except NotYaml as error:
        raise _invalid([_misread(error.misread)], name) from None
    reading = Reading()
    spec = spec_read(reading.keys(tree, (), SHOP), reading, PicturesBeside(folder))
    wrong = [*_placed(reading, spec), *(_misread(one, spec) for one in misread)]
    if wrong:
        raise _invalid(sorted(wrong), name)
    return spec


# A line, a field, and what is wrong there.
Wrong = tuple[int, str, str]


def _invalid(wrong: Sequence[Wrong], name: str) -> ShopInvalid:
    return ShopInvalid(
        [(field, said) for _, field, said in wrong],
        where=[f"{name}, line {line}" for line, _, _ in wrong],
    )


def _misread(one: Misread, spec: ShopSpec | None = None) -> Wrong:
    fault = Fault(path=one.field, found=one.found, right=one.right)
    return one.line, rules.field_of(one.field, spec) or WHOLE_FILE, rules.said(fault)


def _placed(reading: Reading, spec: ShopSpec) -> Iterator[Wrong]:
    for one in (*reading.faults, *beyond(reading, spec)):
        near = (place for path in (one.path, *one.rests_on) for place in _within(path))
        line = next((reading.lines[place] for place in near if place in reading.lines), 1)
        yield line, rules.field_of(one.path, spec) or WHOLE_FILE, rules.said(one)


def beyond(reading: Reading, spec: ShopSpec) -> Iterator[Fault]:
    """What the rules say, but where a value that they look at could not even be read."""
    unread = {one.path for one in reading.faults}
    for one in rules.faults(spec):
        looked_at = (one.path, *one.rests_on)
        places = {place for path in looked_at for place in _within(path)}
        if not places & unread and not _below(unread, looked_at):
            yield replace(one, found=reading.written.get(one.path, one.found))


def _within(path: Place) -> Iterator[Place]:
    """A place, and those it stands in, from the inside."""
    for length in range(len(path), -1, -1):
        yield path[:length]


def _below(unread: set[Place], paths: Sequence[Place]) -> set[Place]:
    return {one for one in unread if any(one[: len(path)] == path for path in paths)}


def spec_read(file: Mapping[str, Any], reading: Reading, beside: NamedPictures) -> ShopSpec:
    """The shop that the values of a file make; what stands in for a fault is in its place."""
    there = ZoneInfo(file["timezone"])
    return ShopSpec(
        slug=file["slug"],
        preferences=_preferences(file, reading, there, beside),
        quotas=file["quotas"],
        products=tuple(
            _product(one, ("products", number), file, reading, there)
            for number, one in enumerate(file["products"])
        ),
        letters=_letters(file["letters"]),
        pictures=beside.found,
    )


def _letters(said: Mapping[str, Any]) -> Mapping[str, LetterWords]:
    """Kinds of which nothing is said are left out."""
    found = {kind: LetterWords(**one) for kind, one in said.items() if one}
    return {kind: words for kind, words in found.items() if words != NO_WORDS}


def _preferences(
    file: Mapping[str, Any], reading: Reading, there: ZoneInfo, beside: NamedPictures
) -> Preferences:
    later = file["capture"] is Capture.MANUAL
    times = {
        name: _utc(file[name], (name,), reading, there) if file[name] else None
        for name in ("doors_at", "ends_at")
    }
    return Preferences(
        name=file["name"],
        seller=Seller(**file["seller"]),
        currency=file["currency"],
        timezone=file["timezone"],
        starts_at=_utc(file["starts_at"], ("starts_at",), reading, there),
        provider=file["provider"],
        unpaid_after=file["unpaid_after"],
        cancellation=_cancellation(file["cancellation"] or _NO_SELF_SERVICE, file["currency"]),
        terms_url=file["terms_url"],
        grace_period=file["grace_period"] if later else None,
        how_to_pay=file["how_to_pay"],
        bank_account=_account(file["bank_account"]),
        remind_unpaid=file["remind_unpaid"],
        sign_in=file["sign_in"],
        retention=Retention(**file["retention"]) if file["retention"] else Retention(),
        waiting_list=file["waiting_list"],
        door_names=file["door_names"],
        overpaid=file["overpaid"],
        venue=Venue(**file["venue"]) if file["venue"] else None,
        **times,
        picture=beside.picture(file, "picture", reading),
        logo=beside.picture(file, "logo", reading),
        colour=file["colour"],
    )


def _account(said: Mapping[str, Any] | None) -> BankAccount | None:
    """Without the spaces that people read it with."""
    if said is None:
        return None
    return BankAccount(
        iban="".join(said["iban"].split()).upper(),
        holder=said["holder"].strip(),
        bic="".join(said["bic"].split()).upper(),
    )


def _cancellation(said: Mapping[str, Any], currency: str) -> CancellationPolicy:
    return CancellationPolicy(
        period_days=said["period_days"],
        fee_fixed=Money(said["fee"]["fixed"], currency),
        fee_percent=said["fee"]["percent"],
        release=said["release_seats"],
        parts=said["parts"],
        approval_above=_money(said["approval_above"], currency),
    )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _product(
    one: Mapping[str, Any], path: Place, file: Mapping[str, Any], reading: Reading, there: ZoneInfo
) -> ProductSpec:
    window = {
        name: _utc(one[name], (*path, name), reading, there) if one[name] else None
        for name in ("available_from", "available_until", "answers_until")
    }
    asked = Questions(
        asked=tuple(_question(each) for each in one["questions"]),
        until=window.pop("answers_until"),
    )
    told = {
        "price": Money(one["price"], file["currency"]),
        "admission": _admission(one["admission"]),
        "questions": asked,
    }
    apart = (*window, "answers_until")
    plain = {name: value for name, value in one.items() if name not in apart}
    return ProductSpec(**plain | window | told)


def _admission(said: Mapping[str, Any] | None) -> Admission | None:
    """None where it says nothing: then every day and door is meant."""
    found = Admission(**said) if said else Admission()
    return None if found == Admission() else found


def _question(one: Mapping[str, Any]) -> TicketQuestion:
    choices = tuple(AnswerChoice(**each) for each in one["choices"])
    return TicketQuestion(**{**one, "choices": choices})


def _utc(word: str, path: Place, reading: Reading, there: ZoneInfo) -> datetime:
    """The moment in UTC. A local time that the clocks skip, or show twice, is none."""
    local = datetime.fromisoformat(word)
    if not 1000 < local.year < 9000:  # far beyond the bounds, and what no time zone can reach
        return local.replace(tzinfo=UTC)
    if local.tzinfo is None:
        local = local.replace(tzinfo=there)
        back = local.astimezone(UTC).astimezone(there)
        if back.replace(tzinfo=None) != local.replace(tzinfo=None):
            reading.wrong(path, word, "a time that the clocks there show: they skip this one")
        elif local.utcoffset() != local.replace(fold=1).utcoffset():
            right = "a time that the clocks show once, or with its offset: %(example)s"
            reading.wrong(path, word, right, example=local.isoformat())
    return local.astimezone(UTC)
