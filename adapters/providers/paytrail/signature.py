"""Paytrail's signature: an HMAC over every `checkout-` name, sorted, and the body.

Source: Paytrail Payment API documentation, "Authentication" and "Redirect and callback URL
signing". Names are filtered by their prefix, because new ones may come.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping

ALGORITHMS = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
SIGNATURE = "signature"
_PREFIX = "checkout-"
# A line feed within a value would let two different sets of names have one signature.
_LINE = re.compile(r"[^\x00-\x1f\x7f]*")


def signed_names(names: Mapping[str, str]) -> dict[str, str]:
    """What is signed of headers or of a query: all that begins with `checkout-`, in lower case."""
    lower = {name.lower(): value for name, value in names.items()}
    return {name: value for name, value in sorted(lower.items()) if name.startswith(_PREFIX)}


def signature(secret: str, names: Mapping[str, str], body: bytes = b"") -> str:
    """The signature in hexadecimal, by the algorithm that the names themselves tell."""
    signed = signed_names(names)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    digest = ALGORITHMS[signed["checkout-algorithm"]]
    return hmac.new(secret.encode(), lines.encode() + body, digest).hexdigest()


def is_signed(secret: str, names: Mapping[str, str], body: bytes = b"") -> bool:
    """Whether the names carry the signature of these names and this body."""
    signed = signed_names(names)
    told = next((value for name, value in names.items() if name.lower() == SIGNATURE), "")
    if signed.get("checkout-algorithm") not in ALGORITHMS or not told.isascii():
        return False
    if not all(_LINE.fullmatch(value) for value in signed.values()):
        return False
    return hmac.compare_digest(signature(secret, names, body), told.lower())
