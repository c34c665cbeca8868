"""Claims of payments that are not those which the stamps give (law 3)."""

from enum import StrEnum
from uuid import UUID

from ledger.audit.findings import Finding


class ClaimFault(StrEnum):
    """How a claim and the stamps differ."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"


# A position, the stream of its stamp (None where none stands there), and how the claim differs.
FaultyClaim = tuple[int, UUID | None, ClaimFault]

_TEXTS = {
    ClaimFault.MISSING: "the payment that is counted here is not kept as claimed",
    ClaimFault.EXTRA: "a payment is kept as claimed here that no stamp counts",
    ClaimFault.CHANGED: "the claim of the payment that is counted here has another holder or place",
}


def claim_finding(faulty: FaultyClaim) -> Finding:
    """What an auditor is told of it."""
    position, stream, fault = faulty
    return Finding(law="3", position=position, stream=stream, text=_TEXTS[fault])
