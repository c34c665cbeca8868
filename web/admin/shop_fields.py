"""Fields of a shop on a page: each has its place in the shop file, and is read as the file is."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from adapters.shop_file.edit import ShopTree, Words
from adapters.shop_file.strict_yaml import Place
from ledger.kernel.money import CURRENCIES, digits
from web.i18n.languages import current

# The languages whose texts stand side by side; those of others stay as they are.
TONGUES: Mapping[str, str] = {"en": "English", "fi": "suomi", "sv": "svenska"}
_SPAN = re.compile(r"P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?")
_SIZES = {"D": 86_400, "H": 3_600, "M": 60, "S": 1}
_LONGEST = 20_000


class FieldKind(StrEnum):
    """What a field holds, which tells its control and how it is written in the file."""

    TEXT = "text"
    EMAIL = "email"
    AREA = "area"
    TEXTS = "texts"
    AREAS = "areas"
    WHOLE = "whole"
    PRICE = "price"
    PERCENT = "percent"
    MOMENT = "moment"
    SPAN = "span"
    CHOICE = "choice"
    FLAG = "flag"
    QUOTAS = "quotas"
    WORDS = "words"
    COLOUR = "colour"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopField:
    """One field. `name` is its place in the file, with points; within a product, from there.

    Left empty, an `optional` one is left out of the file. `options` are pairs of value and text,
    or triples with a hint.
    """

    name: str
    kind: FieldKind
    label: object
    hint: object = ""
    optional: bool = False
    options: Callable[[], Sequence[tuple[object, ...]]] = lambda: ()

    @property
    def controls(self) -> Sequence[str]:
        """The names of what is typed into."""
        if self.kind in (FieldKind.TEXTS, FieldKind.AREAS):
            return [f"{self.name}.{language}" for language in TONGUES]
        if self.kind is FieldKind.SPAN:
            return [f"{self.name}.number", f"{self.name}.unit"]
        return [self.name]

    def shown(self, tree: ShopTree, at: Place) -> Mapping[str, str]:
        """What each control shows of a shop."""
        if self.kind in (FieldKind.TEXTS, FieldKind.AREAS):
            places = {f"{self.name}.{one}": (*self._place(at), one) for one in TONGUES}
            return {name: str(tree.get(place)) for name, place in places.items()}
        said = tree.get(self._place(at))
        if self.kind is FieldKind.SPAN:
            return dict(zip(self.controls, _span_shown(str(said)), strict=True))
        if self.kind is FieldKind.QUOTAS:
            return {self.name: "" if isinstance(said, str) else "\n".join(said)}
        if self.kind is FieldKind.WORDS:
            return {self.name: said if isinstance(said, str) else ", ".join(said)}
        return {self.name: _shown(self.kind, str(said), str(tree.get(("currency",))))}

    def put(self, tree: ShopTree, at: Place, typed: Mapping[str, str]) -> None:
        """What was typed into its controls, as the file says it; those left out stay."""
        mine = {name: typed[name] for name in self.controls if name in typed}
        place = self._place(at)
        if not mine:
            return
        if self.kind in (FieldKind.TEXTS, FieldKind.AREAS):
            for name, text in mine.items():
                language = name.rpartition(".")[2]
                tree.put((*place, language), Words(_lines(text)) if text.strip() else None)
        elif self.kind is FieldKind.SPAN:
            whole = {**self.shown(tree, at), **mine}
            number, unit = (whole[name] for name in self.controls)
            left_out = self.optional and not number.strip()
            tree.put(place, None if left_out else Words(_span_typed(number, unit)))
        elif self.kind is FieldKind.QUOTAS:
            kept, chosen = tree.get(place), mine[self.name].split()
            words = [*(one for one in kept if one in chosen)] if not isinstance(kept, str) else []
            tree.put(place, [*words, *(one for one in chosen if one not in words)] or None)
        elif self.kind is FieldKind.WORDS:
            tree.put(place, mine[self.name].replace(",", " ").split() or None)
        else:
            self._put_one(tree, place, mine[self.name].strip())

    def _put_one(self, tree: ShopTree, place: Place, text: str) -> None:
        if not text and self.optional:
            tree.put(place, None)
        elif self.kind is FieldKind.PRICE:
            tree.put(place, _minor(text, str(tree.get(("currency",)))))
        elif self.kind is FieldKind.PERCENT:
            tree.put(place, Words(text.replace(",", ".").removesuffix("%").strip() or "0"))
        elif self.kind is FieldKind.WHOLE:
            tree.put(place, "".join(text.split()) or Words(""))
        elif self.kind is FieldKind.FLAG:
            tree.put(place, text)
        else:
            tree.put(place, Words(_lines(text)))

    def _place(self, at: Place) -> Place:
        return (*at, *(int(one) if one.isdecimal() else one for one in self.name.split(".")))

    def complained(self, rest: str) -> str:
        """The control that a complaint about a place belongs to; empty if it is none of ours."""
        if rest in self.controls:
            return rest
        if rest == self.name or rest.startswith(f"{self.name}."):
            return self.controls[0]
        return ""


def same(one: str, other: str) -> bool:
    """Whether two texts of a control say the same."""
    return _lines(one).replace(",", ".").strip() == _lines(other).replace(",", ".").strip()


def typed_amount(text: str, currency: str) -> int | None:
    """An amount as people write it, in minor units; None if it is none."""
    plain = "".join(text.split()).replace(",", ".")
    try:
        minor = Decimal(plain).scaleb(digits(currency)) if currency in CURRENCIES else None
    except InvalidOperation:
        return None
    if minor is None or not minor.is_finite() or minor != minor.to_integral_value():
        return None
    return int(minor) if abs(minor) < 10**18 else None


def _minor(text: str, currency: str) -> str:
    """What is no amount stands as it was typed, so that it is refused as such."""
    amount = typed_amount(text, currency)
    return Words(text) if amount is None else str(amount)


def _shown(kind: FieldKind, said: str, currency: str) -> str:
    if kind is FieldKind.PRICE and said.isdigit() and currency in CURRENCIES:
        shown = f"{Decimal(said).scaleb(-digits(currency)):f}"
        return shown if current() == "en" else shown.replace(".", ",")
    if kind is FieldKind.MOMENT:
        return said.removesuffix(":00") if len(said) == len("2027-01-01T09:00:00") else said
    if kind is FieldKind.FLAG:
        return said or "false"
    return said


def _span_shown(said: str) -> tuple[str, str]:
    found = _SPAN.fullmatch(said)
    if not found:
        return said, "D"
    parts = zip(_SIZES.values(), found.groups(), strict=True)
    seconds = sum(size * int(part or 0) for size, part in parts)
    unit = next(unit for unit, size in _SIZES.items() if seconds % size == 0)
    return str(seconds // _SIZES[unit]), unit


def _span_typed(number: str, unit: str) -> str:
    number = number.strip()
    if not (number.isascii() and number.isdecimal()) or unit not in _SIZES or len(number) > 12:
        return number
    return f"P{number}D" if unit == "D" else f"PT{number}{unit}"


def _lines(text: str) -> str:
    """A text with the ends of lines as the ledger has them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()[:_LONGEST]
