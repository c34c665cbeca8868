"""What changes in a shop, value by value: for whoever looks before it is stamped, or after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money, spoken
from ledger.shop.differences import differences
from ledger.shop.letter_words import NO_WORDS
from ledger.shop.limits import EARLIEST
from ledger.shop.questions import Questions
from ledger.shop.shop import Shop, ShopSpec, evolve_shop
from ledger.shop.stamps import (
    LetterWordsSet,
    PreferencesChanged,
    ProductRevised,
    ProductWithdrawn,
    QuestionsSet,
    QuotaSet,
    ShopCancelled,
    ShopMoved,
    ShopOpened,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value: where it stands, what it is and what it would be; "" is nothing.

    `values` are the same two as they are, for who tells them in another form.
    """

    path: str
    before: str
    after: str
    values: tuple[object, object] = field(default=(None, None), compare=False, repr=False)


def foreseen(spec: ShopSpec, shop: Shop) -> Shop:
    """The shop as it would stand after an import."""
    for stamp in differences(spec, shop):
        as_recorded = Recorded(
            stream=shop.id,
            version=shop.version + 1,
            position=0,
            recorded_at=EARLIEST,
            stamp=stamp,
            correlation_id=shop.id,
            actor="",
        )
        shop = evolve_shop(shop, as_recorded)
    return shop


def changes(spec: ShopSpec, shop: Shop) -> Sequence[Change]:
    """Every value that an import would change; none exactly when it would stamp nothing."""
    return changes_by(differences(spec, shop), shop)


def changes_by(  # noqa: C901 (a dispatching match)
    stamps: Sequence[object], shop: Shop
) -> Sequence[Change]:
    """Every value of a shop that these stamps change, which are of one change."""
    found: list[Change] = []
    for stamp in stamps:
        match stamp:
            case PreferencesChanged(before=before, after=after):
                found += _between("", before, after)
            case QuotaSet(slug=slug, capacity=seats):
                held = {} if slug not in shop.quotas else {slug: shop.quotas[slug]}
                found += _between("quotas", held, {slug: seats})
            case ProductRevised(slug=slug):
                found += _between(f"products.{slug}", shop.products.get(slug), stamp)
            case QuestionsSet(product=slug, questions=asked):
                path = f"products.{slug}.questions"
                found += _between(path, _asked(shop.asks(slug)), _asked(asked))
            case LetterWordsSet(letter=letter, words=words):
                known = shop.letters.get(letter, NO_WORDS)
                found += _between(f"letters.{letter}", known, words)
            case ProductWithdrawn(slug=slug):
                found.append(Change(path=f"products.{slug}", before="on sale", after="withdrawn"))
            case ShopOpened(slug=slug):
                found.append(Change(path="slug", before="", after=slug))
            case ShopMoved(before=before, starts_at=starts_at):
                found += _between("starts_at", before, starts_at)
            case ShopCancelled():
                found.append(Change(path="slug", before=shop.slug, after="cancelled"))
            case _:
                pass
    return found


def _asked(questions: Questions) -> Mapping[str, object]:
    """Questions by their slugs, choices by theirs: each value has a place of its own."""
    told: dict[str, object] = {"until": questions.until} if questions.until else {}
    for one in questions.asked:
        told[one.slug] = {
            "kind": str(one.kind),
            "needed": str(one.needed),
            "label": one.label,
            "hint": one.hint,
            "choices": {choice.slug: choice.label for choice in one.choices},
        }
    return told


def _between(path: str, before: object, after: object) -> Iterator[Change]:
    old, new = dict(_leaves(path, before)), dict(_leaves(path, after))
    for name in [*old, *(name for name in new if name not in old)]:
        was, will = old.get(name), new.get(name)
        told = [_told(one) if one is not None else "" for one in (was, will)]
        if told[0] != told[1]:
            yield Change(path=name, before=told[0], after=told[1], values=(was, will))


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Every value within a value, by its dotted path."""
    within = _within(value)
    if within is None:
        yield path, value
        return
    for name, one in within.items():
        yield from _leaves(f"{path}.{name}" if path else name, one)


def _within(value: object) -> Mapping[str, object] | None:
    """What a value is made of; None if it is one value."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return None


def _told(value: object) -> str:
    match value:
        case Money():
            return spoken(value)
        case datetime():
            return value.isoformat()
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)
