"""Which kept messages name a person: looked for in what they say, however it is written."""

import re
from collections.abc import Sequence
from urllib.parse import unquote_plus

from ledger.order.order import Order
from ledger.order.stamps import Customer

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def words_of(order: Order) -> Sequence[Sequence[str]]:
    """What a message about this order's person holds: all words of one of these, in small letters.

    The order's own identifier stands in what its provider tells of it.
    """
    return (*_names(order.terms.customer), (str(order.id),))


def _names(person: Customer | None) -> Sequence[Sequence[str]]:
    if person is None:
        return ()
    phone = "".join(sign for sign in person.phone if sign.isdigit())
    name = [one.casefold() for one in (person.first_name, person.last_name) if one.strip()]
    found = [[person.email.casefold()], name if len(name) > 1 else [], [phone]]
    return [words for words in found if words and all(len(one) > 1 for one in words)]


def text_of(body: bytes) -> str:
    """A message as it is searched: in small letters, without the ways to write signs apart."""
    text = body.decode(errors="replace")
    if "\\u" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if "%" in text:
        text = unquote_plus(text)
    return text.casefold()


def names(text: str, wanted: Sequence[Sequence[str]]) -> bool:
    """Whether one of these is in it with all its words."""
    return any(all(word in text for word in words) for words in wanted)
