"""How often vouchers are used is looked at now and then: a webhook may never have come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog

from adapters.worker.reactor import NOTHING, Clock, Progress
from ledger.grants.keeper import KeptVoucher, VoucherKeeper
from ledger.grants.own_shop import OwnShop
from ledger.grants.service import Grantees
from ledger.grants.stamps import Destination, Place
from ledger.grants.uses import see_uses
from ledger.payments.provider import ProviderAway

_log = structlog.get_logger("worker")
EVERY = timedelta(minutes=5)
_PAGE = 200
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class VoucherRows(Protocol):
    """What of the lists this looks at."""

    def voucher_events(self) -> Sequence[tuple[str, str]]: ...

    def grantee_of_voucher(self, organizer: str, event: str, reference: str) -> UUID | None: ...

    def own_vouchers_of_people(self, after: UUID, limit: int) -> Sequence[UUID]: ...


@dataclass(slots=True, kw_only=True)
class VoucherUses:
    """The reactor of these looks. Any number may run: what is known already stamps nothing."""

    grantees: Grantees
    rows: VoucherRows
    keeper: VoucherKeeper | None
    own: OwnShop
    clock: Clock
    rests: Callable[[], bool]
    every: timedelta = EVERY
    name: str = "voucher_uses"
    _looked_at: datetime = field(default=_LONG_AGO)

    def run(self) -> Progress:
        """Look at all of them, if the last look was long ago."""
        now = self.clock()
        if abs(now - self._looked_at) < self.every or self.rests():
            return NOTHING
        self._looked_at = now
        done = sum(self._event(*one) for one in self.rows.voucher_events()) + self._own()
        return Progress(done=done)

    def _event(self, organizer: str, event: str) -> int:
        if self.keeper is None:
            return 0
        told = Destination(place=Place.PRETIX, organizer=organizer, event=event)
        began = self.clock()
        try:
            return sum(self._seen(organizer, event, one, began) for one in self.keeper.kept(told))
        except ProviderAway as away:
            _log.info("vouchers_not_seen", reason=str(away))
            return 0

    def _seen(self, organizer: str, event: str, one: KeptVoucher, began: datetime) -> bool:
        grantee = self.rows.grantee_of_voucher(organizer, event, one.reference)
        if grantee is None:
            return False
        return see_uses(self.grantees, grantee, one, at=began)

    def _own(self) -> int:
        done, after = 0, UUID(int=0)
        while page := self.rows.own_vouchers_of_people(after, _PAGE):
            after = page[-1]
            for one in page:
                before = self.grantees.get(one)
                done += self.own.see(before, self.clock()).version != before.version
        return done
