"""What a provider has on record and nobody can read: told by its name, so that a person looks."""

from dataclasses import dataclass

_LONGEST = 100
_LARGEST = 10**18
PAYOUT, REPORT = "payout", "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """One object. `kind` is that of a record, `PAYOUT` or `REPORT`.

    `reference` is the provider's name of it, as far as it tells one that can be shown.
    """

    kind: str
    reference: str
    why: str


def name_in(thing: object, *keys: str) -> str:
    """The first of these values that can name a thing; empty where none can.

    >>> name_in({"id": None, "charge": "ch_1"}, "id", "charge"), name_in(["id"], "id")
    ('ch_1', '')
    """
    told = thing if isinstance(thing, dict) else {}
    return next((found for key in keys if (found := _shown(told.get(key)))), "")


def _shown(value: object) -> str:
    if type(value) is int and abs(value) < _LARGEST:
        return str(value)
    short = isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()
    return str(value) if short else ""
