"""What became of a voucher where it lives without us: it is gone, or not as we made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from uuid import UUID

from ledger.cases.case import case_id
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.grants.grantee import Grantee
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.next_step import due_step
from ledger.grants.programme import programme_id
from ledger.grants.stamps import Destination
from ledger.kernel.events import derived

ACTOR = "worker"
_GONE = "gone"
# Fewer than these are people who cancelled.
_MANY = 3
# So long after its case was closed a fall is the one that a person spoke of.
_HOLDS_FOR = timedelta(hours=1)


def stands(grantee: Grantee, voucher: IssuedVoucher) -> bool:
    """Whether it should be there as it was made: nobody is about to change or withdraw it."""
    under_way = any(one.open for one in (voucher.create, voucher.upgrade, voucher.withdrawal))
    return voucher.made and voucher.lives and not under_way and due_step(grantee) is None


def are_many(fallen: int, *, of: int) -> bool:
    """Whether so many of the used vouchers are given back at once that a restore is likelier."""
    return fallen >= _MANY and fallen * 10 >= of


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftCases:
    """The cases of it. Nothing is made anew or changed back: somebody did it for a reason."""

    cases: Cases

    def gone(self, grantee: Grantee, voucher: IssuedVoucher) -> None:
        """It was deleted by hand. One case, however often it is missed."""
        text = (
            f"A voucher of {_shop(grantee)} for a person is gone, and nobody of us deleted it. "
            "It is not made anew. If they shall have one, take the invitation back and confirm "
            "them again: they get another code and another letter."
        )
        self._open(grantee, voucher, text, _cause(voucher, _GONE))

    def changed(
        self,
        grantee: Grantee,
        voucher: IssuedVoucher,
        *,
        wanted: Mapping[str, str],
        shown: Mapping[str, str],
    ) -> None:
        """It was changed by hand. One case for each change; what is secret is not told."""
        names = sorted(name for name in wanted if shown.get(name) != wanted[name])
        text = (
            f"A voucher of {_shop(grantee)} for a person is not as it was made, and nobody of us "
            f"changed it: {', '.join(names)}. It is left as it is. Close this case if that is "
            "meant; else change it back where it lives."
        )
        seen = repr([(name, shown.get(name)) for name in names])
        self._open(grantee, voucher, text, _cause(voucher, sha256(seen.encode()).hexdigest()))

    def uses_fell(self, told: Destination, many: int, *, at: datetime) -> bool:
        """Whether a person has said lately that these are given back: they closed the case of it.

        Until then what was seen used counts as used, so that nobody gets another voucher.
        """
        event = f"{told.organizer}/{told.event}"
        opened = CaseOpened(
            kind=CaseKind.VOUCHER_STUCK,
            severity=Severity.WARNING,
            text=f"{many} vouchers of {event} were used and are shown as less used, as after its "
            "server was restored from a backup or set up anew. They count as used still, and "
            "nobody gets another one. If orders were cancelled there, close this case: then they "
            "count as given back.",
            provider=str(told.place),
            about=event,
        )
        for number in count(1):
            cause = derived(programme_id(UUID(int=0)), f"fell/{event}/{number}")
            case = self.cases.get(case_id(cause, CaseKind.VOUCHER_STUCK))
            if case.resolved_at is None:
                self.cases.open(opened, correlation_id=cause, actor=ACTOR)
                return False
            if at - case.resolved_at <= _HOLDS_FOR:
                return True
        raise AssertionError("it counts for ever")

    def there(self, voucher: IssuedVoucher) -> None:
        """It is there again, or is nobody's any more: that it was gone is over."""
        gone = case_id(_cause(voucher, _GONE), CaseKind.VOUCHER_STUCK)
        self.cases.settle(gone, actor=ACTOR)

    def _open(self, grantee: Grantee, voucher: IssuedVoucher, text: str, cause: UUID) -> None:
        opened = CaseOpened(
            kind=CaseKind.VOUCHER_STUCK,
            severity=Severity.WARNING,
            text=text,
            provider=str(voucher.destination.place),
            provider_reference=voucher.reference,
            about=str(grantee.id),
        )
        self.cases.open(opened, correlation_id=cause, actor=ACTOR)


def _cause(voucher: IssuedVoucher, what: str) -> UUID:
    return derived(voucher.correlation_id, f"drift/{what}")


def _shop(grantee: Grantee) -> str:
    return grantee.listed.shop_slug if grantee.listed else ""
