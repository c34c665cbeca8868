"""What a signed answer of Paytrail's says: done, refused, or nothing that we can rely on."""

import re
from collections.abc import Mapping

from adapters.providers.paytrail.client import Answer

_TRANSACTION = re.compile(r"[0-9A-Za-z-]{1,64}")
# Looked at and declined. 401 and 403 are for a person to mend, 429 and 5xx may have been done.
_REFUSED = {400: "invalid_request", 404: "unknown_payment", 422: "not_supported"}


def is_refusal(answer: Answer) -> bool:
    """Paytrail looked at the request and said no: nothing was done."""
    return answer.status in _REFUSED


def code_of(answer: Answer) -> str:
    """A short word for people. The message itself may quote what the customer typed."""
    return _REFUSED[answer.status]


def transaction_in(content: Mapping[str, object]) -> str | None:
    """Paytrail's name of a payment or refund; None where it tells none that we can use."""
    found = content.get("transactionId")
    return found if isinstance(found, str) and _TRANSACTION.fullmatch(found) else None
