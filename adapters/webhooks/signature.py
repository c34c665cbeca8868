"""Signatures of the Standard Webhooks scheme (github.com/standard-webhooks), symmetric form."""

import base64
import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256
from secrets import token_bytes

_PREFIX = "whsec_"
_LENGTH = 32


def fresh_secret() -> str:
    """A new secret, as receivers' libraries take it."""
    return _PREFIX + base64.b64encode(token_bytes(_LENGTH)).decode()


def signed(body: bytes, *, id: str, timestamp: int, secrets: Iterable[str]) -> Mapping[str, str]:
    """The headers of a message: a signature by each secret, so that one of them may be changed.

    The scheme's published vector:

    >>> secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    >>> body, id = b'{"test": 2432232314}', "msg_p5jXN8AQM9LWM0D4loKWxJek"
    >>> signed(body, id=id, timestamp=1614265330, secrets=[secret])["webhook-signature"]
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    content = f"{id}.{timestamp}.".encode() + body
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(content, secret) for secret in secrets),
    }


def _signature(content: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return f"v1,{base64.b64encode(hmac.new(key, content, sha256).digest()).decode()}"
