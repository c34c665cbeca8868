"""A shop as its shop file (YAML), with a word about each key: what `shop import` reads back."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.shop_file.strict_yaml import meaning
from ledger.kernel.money import digits
from ledger.shop.letter_words import LetterWords
from ledger.shop.shop import ProductSpec, ShopSpec
from ledger.shop.stamps import (
    Admission,
    BankAccount,
    CancellationPolicy,
    Picture,
    Preferences,
    Retention,
)

HEAD = """\
# `stampledger shop check FILE` says what is wrong with this file, and what it would change;
# `stampledger shop import FILE` stamps exactly the differences.
# Every key, its bounds and its meaning: docs/reference/shop-file.md.
"""
_PLAIN = re.compile(r"[A-Za-z][0-9A-Za-z_/-]*|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+(?:Z|[+-][0-9:]+)?")
# What YAML takes for the end of a line, or does not print, stands as an escape.
_UNPRINTED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LONG = 70


def shop_file(spec: ShopSpec) -> str:
    """The file. Importing it where the shop came from changes nothing."""
    said = spec.preferences
    lines = [
        HEAD,
        "# Its address for ever: small letters, digits and hyphens.",
        f"slug: {scalar(spec.slug)}",
        "# Texts by language. Letters and pages are in English, Finnish and Swedish.",
        *_texts("name", said.name),
        *_seller(said),
        f"currency: {scalar(said.currency)}",
        f"timezone: {scalar(said.timezone)}",
        "# When it begins, in local time. Nobody cancels by themselves after it.",
        f"starts_at: {_moment(said.starts_at, said)}",
        *_looks(said),
        "# Who takes the payments: stripe, paytrail, sumup, or manual for cash and transfers.",
        f"provider: {scalar(said.provider)}",
        *_payment(said),
        *_cancellation(said.cancellation),
        *_retention(said.retention),
        *(
            _texts("terms_url", said.terms_url)
            if said.terms_url
            else [f"# terms_url: {_flow({'en': scalar('https://my-shop.example/terms')})}"]
        ),
        "# How many there are to sell.",
        f"quotas: {_flow({slug: str(seats) for slug, seats in spec.quotas.items()})}",
        f"# Prices in minor units: of {said.currency}, {10 ** digits(said.currency)} make one.",
        "products:",
        *(line for one in spec.products for line in _product(one, said)),
        *_letters(spec.letters),
    ]
    return "\n".join(lines) + "\n"


def scalar(text: str) -> str:
    """A text as YAML: plain where nobody could take it for something else.

    >>> scalar("weekend"), scalar("no"), scalar("13.5"), scalar("Anna & Co")
    ('weekend', 'no', '"13.5"', '"Anna & Co"')
    """
    if _PLAIN.fullmatch(text) and meaning(text) == "text":
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04X}", quoted)


def _flow(values: Mapping[str, str]) -> str:
    """A mapping on one line; the values are YAML already."""
    return "{" + ", ".join(f"{scalar(name)}: {value}" for name, value in values.items()) + "}"


def _texts(key: str, texts: Mapping[str, str], indent: str = "") -> Iterator[str]:
    """Texts by language: on one line if they are short."""
    flow = f"{indent}{key}: {_flow({name: scalar(text) for name, text in texts.items()})}"
    if len(flow) <= _LONG or not texts:
        yield flow
        return
    yield f"{indent}{key}:"
    for language, text in texts.items():
        yield f"{indent}  {scalar(language)}: {scalar(text)}"


def _letters(letters: Mapping[str, LetterWords]) -> Iterator[str]:
    """The shop's own words in its letters, as far as there are any."""
    if not letters:
        return
    yield "# The shop's own words in its letters, beside ours, by kind of letter."
    yield "letters:"
    for kind, words in letters.items():
        yield f"  {scalar(kind)}:"
        for name in ("subject", "opening", "closing"):
            if texts := getattr(words, name):
                yield from _texts(name, texts, "    ")


def _seller(said: Preferences) -> Iterator[str]:
    seller = said.seller
    yield "seller:"
    yield f"  name: {scalar(seller.name)}"
    yield f"  email: {scalar(seller.email)}  # letters come from this address"
    yield _or_example("  business_id", seller.business_id, "1234567-8")
    yield _or_example("  address", seller.address, "Street 1\n00100 Helsinki")
    yield _or_example("  phone", seller.phone, "+358 40 1234567")


def _looks(said: Preferences) -> Iterator[str]:
    """Place, times and pictures, as far as there are any."""
    if said.doors_at:
        yield f"doors_at: {_moment(said.doors_at, said)}"
    if said.ends_at:
        yield f"ends_at: {_moment(said.ends_at, said)}"
    if said.venue:
        yield "venue:"
        yield from _texts("name", said.venue.name, "  ")
        yield f"  address: {scalar(said.venue.address)}"
        if said.venue.directions:
            yield from _texts("directions", said.venue.directions, "  ")
    for key, picture in pictures_of(said).items():
        yield f"{key}:  # a file beside this one, and what it shows"
        yield f"  file: {scalar(file_name(key))}"
        yield from _texts("alt", picture.alt, "  ")
    if said.colour:
        yield "# Of buttons and links; it is made legible by itself."
        yield f"colour: {scalar(said.colour)}"


def pictures_of(said: Preferences) -> Mapping[str, Picture]:
    """The pictures that a shop has, by their keys."""
    found = {"picture": said.picture, "logo": said.logo}
    return {key: one for key, one in found.items() if one is not None}


def file_name(key: str) -> str:
    """What the file of a picture is called beside an exported shop file."""
    return f"{key}.webp"


def _or_example(key: str, value: str, example: str) -> str:
    """A key that may be left out: what it could say stands there as a comment."""
    blank = key[: len(key) - len(key.lstrip())]
    said = f"{key.lstrip()}: {scalar(value or example)}"
    return f"{blank}{said}" if value else f"{blank}# {said}"


def _payment(said: Preferences) -> Iterator[str]:
    if said.how_to_pay:
        yield "# Where money comes by hand: how people pay."
        yield from _texts("how_to_pay", said.how_to_pay)
    if said.bank_account is not None:
        yield from _bank_account(said.bank_account)
    if said.grace_period is not None:
        yield "# Payments are authorized first, and captured when the grace period ends."
        yield "capture: manual"
        yield f"grace_period: {_duration(said.grace_period)}"
    yield "# Money beyond the price: a person decides (case), or it goes back (refund)."
    yield f"overpaid: {said.overpaid}"
    yield "# Unpaid orders are cancelled after this: days P3D, hours PT12H."
    yield f"unpaid_after: {_duration(said.unpaid_after)}"
    yield "# Who ordered and has not paid gets one letter."
    yield f"remind_unpaid: {_flag(said.remind_unpaid)}"
    yield "# Whether guests may buy (optional), or only who is signed in (required)."
    yield f"sign_in: {said.sign_in}"
    if said.waiting_list is not None:
        yield "# People wait in line for what sold out: so long a seat is held for who is next."
        yield f"waiting_list: {_duration(said.waiting_list)}"
    if said.door_names:
        yield "# Devices at the doors keep holders' names for when there is no network."
        yield "door_names: true"


def _bank_account(account: BankAccount) -> Iterator[str]:
    yield "bank_account:"
    yield f"  iban: {scalar(account.iban)}"
    yield f"  holder: {scalar(account.holder)}"
    if account.bic:
        yield f"  bic: {scalar(account.bic)}"


def _cancellation(policy: CancellationPolicy) -> Iterator[str]:
    yield "cancellation:"
    yield f"  period_days: {policy.period_days}  # 0: nobody cancels by themselves"
    yield "  # Kept back: minor units, and a percentage in quotes."
    fee = {"fixed": str(policy.fee_fixed.amount), "percent": json.dumps(policy.fee_percent)}
    yield f"  fee: {_flow(fee)}"
    yield "  # When seats are free again: at_request, at_refund_accepted or at_refund_settled."
    yield f"  release_seats: {policy.release}"
    yield f"  parts: {_flag(policy.parts)}  # true: single tickets can be cancelled, too"
    if policy.approval_above is not None:
        yield "  # What ticket sales return of one order beyond this needs a second person."
        yield f"  approval_above: {policy.approval_above.amount}"


def _retention(rule: Retention) -> Iterator[str]:
    yield "# Years: how long people are kept once their order is over, and receipts without them."
    yield "retention:"
    yield f"  people_years: {rule.people_years}"
    yield f"  receipts_years: {rule.receipts_years}  # from the end of the year of their date"
    yield f"  named_receipts: {_flag(rule.named_receipts)}  # true: with the name for as long"


def _product(one: ProductSpec, said: Preferences) -> Iterator[str]:
    yield f"  - slug: {scalar(one.slug)}"
    yield from _texts("title", one.title, "    ")
    if one.description:
        yield from _texts("description", one.description, "    ")
    yield f"    price: {one.price.amount}"
    yield f"    vat_percent: {json.dumps(one.vat_percent)}"
    if one.unlimited:
        yield "    unlimited: true"
    else:
        yield f"    quotas: [{', '.join(_words(one.quotas))}]"
    yield f"    tickets: {one.tickets}"
    yield f"    max_per_order: {one.max_per_order}"
    for key in ("available_from", "available_until"):
        when = getattr(one, key)
        example = f"# {key}: 2027-01-01T09:00:00  (local time: only then is it on sale)"
        yield f"    {key}: {_moment(when, said)}" if when else f"    {example}"
    if one.waiting_list is not None:
        yield "    # So long a seat is held for who is next in its line; none: as the shop says."
        yield f"    waiting_list: {_duration(one.waiting_list)}"
    if one.admission:
        yield from _admission(one.admission)
    yield from _questions(one, said)


def _admission(said: Admission) -> Iterator[str]:
    yield "    # Where and when its tickets let people in, and what they are handed; none: all."
    yield "    admission:"
    yield f"      days: [{', '.join(_words(said.days))}]"
    yield f"      doors: [{', '.join(_words(said.doors))}]"
    yield f"      reentry: {_flag(said.reentry)}  # true: whoever left may come in again"
    if said.hand_out:
        yield from _texts("hand_out", said.hand_out, "      ")


def _questions(one: ProductSpec, said: Preferences) -> Iterator[str]:
    """What is asked about each ticket, as far as anything is."""
    if one.questions.until:
        yield f"    answers_until: {_moment(one.questions.until, said)}"
    if not one.questions.asked:
        return
    yield "    # Asked about each ticket; needed: optional, at_checkout or later."
    yield "    questions:"
    for question in one.questions.asked:
        yield f"      - slug: {scalar(question.slug)}"
        yield f"        kind: {scalar(question.kind)}"
        yield from _texts("label", question.label, "        ")
        if question.hint:
            yield from _texts("hint", question.hint, "        ")
        yield f"        needed: {scalar(question.needed)}"
        if question.choices:
            yield "        choices:"
        for choice in question.choices:
            yield f"          - slug: {scalar(choice.slug)}"
            yield from _texts("label", choice.label, "            ")


def _words(texts: Iterable[str]) -> Iterator[str]:
    return (scalar(text) for text in texts)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _moment(when: datetime, said: Preferences) -> str:
    """Local time of the shop; with its offset where the clocks show it twice.

    In years that no time zone can reach it stands in UTC, as it was read.
    """
    if not 1000 < when.year < 9000:
        return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    local = when.astimezone(ZoneInfo(said.timezone))
    once = local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset()
    return (local.replace(tzinfo=None) if once else local).isoformat()


def _duration(seconds: int) -> str:
    """As ISO 8601 writes it.

    >>> [_duration(value) for value in (259_200, 3_600, 90_061, 0)]
    ['P3D', 'PT1H', 'P1DT1H1M1S', 'PT0S']
    """
    minutes, left = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = "".join(
        f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M"), (left, "S")) if value
    )
    if not days and not clock:
        return "PT0S"
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
