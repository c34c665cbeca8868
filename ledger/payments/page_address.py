"""The address of a payment page, as far as people may be sent there."""

import re

from ledger.payments.message import BadMessage

_ADDRESS = re.compile(r"https?://[!-~]{1,2000}")


def address(value: object) -> str:
    """An address on the web, without anything that cannot stand in one; raises `BadMessage`.

    >>> address("https://pay.example/1")
    'https://pay.example/1'
    """
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise BadMessage("the page's address is none")
    return value
