"""Something about an order that waits for a person."""

from dataclasses import dataclass
from uuid import UUID

from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.kernel.events import derived
from ledger.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that waits for a person. `about` is the correlation id of its cause.

    `mark` tells apart troubles of one kind under one cause, such as the second try of a refund.
    """

    kind: CaseKind
    severity: Severity
    about: UUID
    text: str
    mark: str = ""
    amount: Money | None = None
    provider: str = ""
    provider_reference: str = ""

    @property
    def correlation_id(self) -> UUID:
        """The same trouble is always the same case."""
        return derived(self.about, f"case/{self.kind}/{self.mark}")

    def case(self, order: UUID) -> CaseOpened:
        """The stamp that puts it on the desk."""
        return CaseOpened(
            kind=self.kind,
            severity=self.severity,
            text=self.text,
            order=order,
            provider=self.provider,
            provider_reference=self.provider_reference,
            amount=self.amount,
            about=str(self.about),
        )
