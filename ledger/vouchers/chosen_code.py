"""A code that a shop chose itself, such as SUMMER10: public, short, and typed by hand."""

import re

from ledger.vouchers.code import folded

_CHOSEN = re.compile(r"[A-Z0-9](?:[A-Z0-9_-]{1,38})[A-Z0-9]")


def may_be_code(text: str) -> bool:
    """Whether a text may be a voucher's code: 3 to 40 letters, digits, hyphens, underscores.

    >>> may_be_code(" summer-10 "), may_be_code("ab"), may_be_code("ÄLÄ OSTA")
    (True, False, False)
    """
    return _CHOSEN.fullmatch(folded(text)) is not None
