"""Claims of payments that are not those which the stamps give (law 3)."""

from ledger.audit.findings import Finding
from ledger.audit.raw_rows import ClaimFault, FaultyClaim

_TEXTS = {
    ClaimFault.MISSING: "the payment that is counted here is not kept as claimed",
    ClaimFault.EXTRA: "a payment is kept as claimed here that no stamp counts",
    ClaimFault.CHANGED: "the claim of the payment that is counted here has another holder or place",
}


def claim_finding(faulty: FaultyClaim) -> Finding:
    """What an auditor is told of it."""
    position, stream, fault = faulty
    return Finding(law="3", position=position, stream=stream, text=_TEXTS[fault])
