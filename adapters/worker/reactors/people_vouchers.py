"""Vouchers for people are made, upgraded and withdrawn, as long as their keeper may be asked."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from adapters.worker.reactor import DONE, NOTHING, WAITING, Progress
from adapters.worker.reactors.voucher_lane import VoucherAlarms, VoucherLane
from ledger.grants.fulfilment import Came, Fulfilment
from ledger.grants.keeper import KeeperSilent
from ledger.grants.stamps import Destination

_log = structlog.get_logger("worker")
_PROGRESS = {Came.DONE: DONE, Came.WAITS: WAITING, Came.NOTHING: NOTHING}


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleVouchers:
    """Acts on one person, whose voucher is kept by our own shop: nobody is called."""

    fulfilment: Fulfilment

    def __call__(self, grantee: UUID) -> Progress:
        """What is due about their voucher."""
        return _PROGRESS[self.fulfilment.act(grantee).came]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleVouchersOutside:
    """Acts on one person, whose voucher is kept by somebody who is called; `lane` leads there."""

    fulfilment: Fulfilment
    alarms: VoucherAlarms
    lane: VoucherLane

    def __call__(self, grantee: UUID) -> Progress:
        """What is due about their voucher. What rests is found again; no patience is spent."""
        if self.lane.rests:
            return NOTHING
        after = self.fulfilment.act(grantee, may_ask=self.lane.open_to)
        if after.silent is not None and after.about is not None:
            return self._unheard(after.silent, after.about)
        if after.about is not None and self.lane.answered(after.about):
            self.alarms.end(after.about)
        return _PROGRESS[after.came]

    def _unheard(self, silent: KeeperSilent, about: Destination) -> Progress:
        _log.info("voucher_waits", reason=silent.reason)
        if silent.person:
            self.alarms.open(silent, about)
            self.lane.stop(silent.person, about)
            return NOTHING
        if silent.rest is not None:
            self.lane.rest(silent.rest)
            return NOTHING
        return WAITING
