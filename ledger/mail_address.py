"""What an e-mail address is, so that a letter can be written to it or from it."""

import re

from ledger.shop_limits import MAIL_ADDRESS

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_LOCAL})@({_LABEL}(?:\.{_LABEL})+)")


def is_sender(text: str) -> bool:
    """Whether letters can come from this address, whatever mail server carries them: ASCII only.

    >>> is_sender("tickets@winterfest.example"), is_sender("tickets at winterfest")
    (True, False)
    """
    found = _ADDRESS.fullmatch(text)
    return found is not None and len(text) <= MAIL_ADDRESS and len(found[1]) <= 64 and _plain(text)


def _plain(text: str) -> bool:
    """An encoded word would be read as something else by who reads headers."""
    return "=?" not in text
