"""An edit of a shop, taken back: what it changed is as before, and everything else as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from ledger.kernel.refusals import NotUndoable
from ledger.shop.history import ShopEdit
from ledger.shop.letter_words import NO_WORDS, LetterWords
from ledger.shop.shop import ProductSpec, Shop, ShopSpec, spec_of
from ledger.shop.stamps import (
    MailingStarted,
    MailingTurned,
    ShopCancelled,
    ShopMoved,
    ShopRestated,
)

# What stands in place of a value that is not there.
_NOTHING = object()


def undone(edit: ShopEdit, shop: Shop) -> ShopSpec:
    """The shop as it would be without this edit.

    Raises `NotUndoable` where the edit opened, restated, moved or cancelled the shop, changed
    nothing, or changed a value that was changed again since.
    """
    if edit.before.preferences is None:
        raise NotUndoable(rule="opened")
    for stamp in edit.stamps:
        match stamp:
            case ShopRestated():
                raise NotUndoable(rule="restated")
            case ShopMoved() | ShopCancelled() | MailingStarted() | MailingTurned():
                raise NotUndoable(rule="announced")
    before, after, now = spec_of(edit.before), spec_of(edit.after), spec_of(shop)
    products = _merged("products", *(_by_slug(one) for one in (before, after, now)))
    spec = replace(
        now,
        preferences=_merged("", before.preferences, after.preferences, now.preferences),
        quotas=_merged("quotas", _with_empty(before, after), after.quotas, now.quotas),
        products=tuple(products[slug] for slug in _order(before, after, now, [*products])),
        letters=_worded(before.letters, after.letters, now.letters),
    )
    if spec == now:
        raise NotUndoable(rule="nothing")
    return spec


def _by_slug(spec: ShopSpec) -> Mapping[str, ProductSpec]:
    return {one.slug: one for one in spec.products}


def _worded(*letters: Mapping[str, LetterWords]) -> Mapping[str, LetterWords]:
    """Words of a kind that nobody chose are none: each kind is merged as if it had some."""
    kinds = dict.fromkeys(kind for one in letters for kind in one)
    full = [{kind: one.get(kind, NO_WORDS) for kind in kinds} for one in letters]
    merged: Mapping[str, LetterWords] = _merged("letters", *full)
    return {kind: words for kind, words in merged.items() if words != NO_WORDS}


def _with_empty(before: ShopSpec, after: ShopSpec) -> Mapping[str, int]:
    """A quota that an edit made never goes; it is empty again."""
    return {**dict.fromkeys(after.quotas, 0), **before.quotas}


def _merged(path: str, before: Any, after: Any, now: Any) -> Any:
    """What is now, but with what the edit changed as it was before."""
    if before == after:
        return now
    if now == after:
        return before
    if is_dataclass(now) and type(before) is type(after) is type(now):
        values = {
            one.name: _merged(
                _below(path, one.name),
                *(getattr(each, one.name) for each in (before, after, now)),
            )
            for one in fields(now)
        }
        kind: Any = type(now)
        return kind(**values)
    if all(isinstance(one, Mapping) for one in (before, after, now)):
        keys = [*now, *(one for one in before if one not in now)]
        values = {
            key: _merged(
                _below(path, key), *(one.get(key, _NOTHING) for one in (before, after, now))
            )
            for key in keys
        }
        return {key: value for key, value in values.items() if value is not _NOTHING}
    raise NotUndoable(rule="changed", path=path)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _order(before: ShopSpec, after: ShopSpec, now: ShopSpec, there: Sequence[str]) -> Sequence[str]:
    """The places of the products: as before where the edit moved them, else as they are."""
    was, became, stands = (tuple(_by_slug(one)) for one in (before, after, now))
    if _common(was, became) != _common(became, was):
        if _common(became, stands) != _common(stands, became):
            raise NotUndoable(rule="changed", path="products")
        stands = was
    placed = [slug for slug in stands if slug in there]
    for place, slug in enumerate(was):
        if slug in there and slug not in placed:
            placed.insert(min(place, len(placed)), slug)
    return [*placed, *(slug for slug in there if slug not in placed)]


def _common(some: Sequence[str], others: Sequence[str]) -> Sequence[str]:
    return [one for one in some if one in others]
