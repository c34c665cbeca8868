"""What an e-mail address is, so that a letter can be written to it or from it."""

import re
import unicodedata

from ledger.shop.limits import MAIL_ADDRESS

# Characters (SPEC C3).
LONGEST_RECIPIENT = 300
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_WORDS = re.compile(r"[^\x00-\x20\x7f()<>\[\]:;@\\,.\"]+(?:\.[^\x00-\x20\x7f()<>\[\]:;@\\,.\"]+)*")
# The last one holds a letter: an address of a machine is no domain.
_LABELS = re.compile(r"(?:(?!-)[\w-]{1,63}(?<!-)\.)+(?!-)(?=[\w-]*[^\W\d_])[\w-]{1,63}(?<!-)")
_ADDRESS = re.compile(rf"({_LOCAL})@({_LABEL}(?:\.{_LABEL})+)")


def is_sender(text: str) -> bool:
    """Whether letters can come from this address, whatever mail server carries them: ASCII only.

    >>> is_sender("tickets@winterfest.example"), is_sender("tickets at winterfest")
    (True, False)
    """
    found = _ADDRESS.fullmatch(text)
    return found is not None and len(text) <= MAIL_ADDRESS and len(found[1]) <= 64 and _plain(text)


def is_recipient(text: str) -> bool:
    """Whether a letter can be written to this address, the one rule of checkout and letters.

    Letters of any script may stand in it (RFC 6531). A domain must have an ASCII form, in which
    every mail server takes it (RFC 5891).

    >>> is_recipient("åsa@exempel.example"), is_recipient("=?utf-8?q?x?=@x.example")
    (True, False)
    """
    local, _, domain = text.rpartition("@")
    return len(text) <= LONGEST_RECIPIENT and _is_local(local) and _is_domain(domain)


def _is_local(text: str) -> bool:
    """Words with dots between them (RFC 5322, dot-atom), of at most 64 octets (RFC 5321)."""
    return (
        bool(_WORDS.fullmatch(text))
        and len(text.encode()) <= 64
        and _plain(text)
        and _is_written(text)
    )


def _is_domain(text: str) -> bool:
    """Labels with dots between them, at most 253 octets in the ASCII form (RFC 1035)."""
    if not _LABELS.fullmatch(text):
        return False
    try:
        return len(text.encode("idna")) <= 253
    except UnicodeError:
        return False


def _is_written(text: str) -> bool:
    """Beyond ASCII, only letters, marks and digits: nothing that hides or turns the direction."""
    return all(one.isascii() or unicodedata.category(one)[0] in "LMN" for one in text)


def _plain(text: str) -> bool:
    """An encoded word would be read as something else by who reads headers."""
    return "=?" not in text
