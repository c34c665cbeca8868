"""Every stamp there is can be told in words."""

from dataclasses import fields
from datetime import UTC, datetime
from types import UnionType
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest

from ledger import codec
from ledger.audit.describe import told
from ledger.grants.stamps import Destination, Place
from ledger.kernel.money import Money
from ledger.vouchers.stamps import Effect, EffectKind, VoucherTerms


def _example(kind: Any) -> Any:
    """Some value of a field's type, as far as words are made of it."""
    if isinstance(kind, UnionType):
        return _example(get_args(kind)[0])
    known = {Money: Money(5, "EUR"), UUID: UUID(int=1), str: "word", int: 2, bool: True}
    known |= {datetime: datetime(2027, 1, 1, tzinfo=UTC)}
    known |= {VoucherTerms: VoucherTerms(effect=Effect(kind=EffectKind.PERCENT_OFF, percent="5"))}
    known |= {Destination: Destination(place=Place.OWN)}
    return known.get(kind, ())


@pytest.mark.parametrize("name", codec.STORED)
def test_a_stamp_is_told_in_words(name: str):
    kind = codec.STORED[name][0]
    hints = get_type_hints(kind)
    stamp = kind(**{one.name: _example(hints[one.name]) for one in fields(kind)})
    words = told(stamp)
    assert words
    assert words[0].isupper()
