"""How Paytrail signs: the `checkout-` values in order, then the body, under the shop's secret.

https://docs.paytrail.com/#/?id=authentication
"""

import hashlib
import hmac
from collections.abc import Mapping

ALGORITHMS = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}


def signature(values: Mapping[str, str], body: bytes, *, secret: str) -> str:
    """Of every value whose name begins with `checkout-`, in lower-case hex."""
    named = sorted(name for name in values if name.startswith("checkout-"))
    lines = [f"{name}:{values[name]}".encode() for name in named]
    algorithm = ALGORITHMS[values["checkout-algorithm"]]
    return hmac.new(secret.encode(), b"\n".join([*lines, body]), algorithm).hexdigest()
