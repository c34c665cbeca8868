"""The code of a ticket: sixteen signs that cannot be mistaken for each other, the last a check.

Thirty-one signs, without 0 and O, 1 and I and L. Thirty-one is a prime, so that weights which
differ find every mistyped sign and every two that changed places, wherever they stand.
"""

from collections.abc import Sequence

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
# Drawn by chance: 31^15, seventy-four bits. Nobody guesses one at a door.
DRAWN = 15
LENGTH = DRAWN + 1
CODES = len(SIGNS) ** DRAWN
_GROUP = 4


def code_of(number: int) -> str:
    """The code of a number drawn from `range(CODES)`; raises `ValueError` outside of it.

    >>> code_of(0), code_of(CODES - 1)
    ('2222222222222222', 'ZZZZZZZZZZZZZZZP')
    """
    if not 0 <= number < CODES:
        raise ValueError("a number beyond the codes there are")
    places = []
    for _ in range(DRAWN):
        number, place = divmod(number, len(SIGNS))
        places.append(place)
    return "".join(SIGNS[place] for place in (*places, _check(places)))


def is_code(text: str) -> bool:
    """Whether this is a code as it is stored, and its check sign fits.

    >>> is_code("ZZZZZZZZZZZZZZZP"), is_code("ZZZZZZZZZZZZZZPZ"), is_code("")
    (True, False, False)
    """
    if len(text) != LENGTH or any(sign not in SIGNS for sign in text):
        return False
    *drawn, check = (SIGNS.index(sign) for sign in text)
    return check == _check(drawn)


def as_stored(typed: str) -> str:
    """What somebody typed or scanned, as codes are stored. Empty if that is none.

    >>> as_stored(" zzzz-zzzz zzzz zzzp")
    'ZZZZZZZZZZZZZZZP'
    """
    code = "".join(sign for sign in typed.upper() if not sign.isspace() and sign != "-")
    return code if is_code(code) else ""


def in_groups(code: str) -> str:
    """As people read it.

    >>> in_groups("ZZZZZZZZZZZZZZZP")
    'ZZZZ-ZZZZ-ZZZZ-ZZZP'
    """
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def _check(places: Sequence[int]) -> int:
    """Weights 2, 3, 4 … 16: with the check sign's own, 30, all differ, and none is nothing."""
    return sum(weight * place for weight, place in enumerate(places, 2)) % len(SIGNS)
