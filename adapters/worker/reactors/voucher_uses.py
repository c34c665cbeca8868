"""Vouchers of people are looked at now and then: were they used, are they there as made?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog

from adapters.worker.reactor import NOTHING, Clock, Progress
from adapters.worker.reactors.voucher_lane import VoucherAlarms, VoucherLane
from ledger.grants.drift import DriftCases, are_many, stands
from ledger.grants.keeper import KeeperAway, KeeperSilent, KeptVoucher, VoucherKeeper
from ledger.grants.own_shop import OwnShop
from ledger.grants.service import Grantees
from ledger.grants.stamps import Destination, Place
from ledger.grants.uses import Fallen, fewer_uses, of_reference, question_of, see_uses

_log = structlog.get_logger("worker")
EVERY = timedelta(minutes=5)
_PAGE = 200
# So many that look unlike before, or are missing, are looked into at a time.
_LOOKED_INTO = 500
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NOBODY = UUID(int=0)


class VoucherRows(Protocol):
    """What of the lists this looks at."""

    def voucher_events(self) -> Sequence[tuple[str, str]]: ...

    def vouchers_kept(
        self, organizer: str, event: str, after: UUID, limit: int
    ) -> Sequence[tuple[UUID, str, int]]: ...

    def own_vouchers_of_people(self, after: UUID, limit: int) -> Sequence[UUID]: ...


@dataclass(slots=True, kw_only=True)
class VoucherLooks:
    """What a process saw of vouchers: one that looks as before is not looked into again."""

    shown: dict[UUID, int] = field(default_factory=dict)
    left: int = 0

    def news(self, stream: UUID, one: KeptVoucher) -> bool:
        """Whether it looks unlike before, and there is time to look into it."""
        if self.shown.get(stream) == hash(frozenset(one.shows.items())):
            return False
        return self.take()

    def take(self) -> bool:
        """Whether one more is looked into."""
        self.left -= 1
        return self.left >= 0

    def missed(self, stream: UUID) -> None:
        """It was not among the others: should it come back, that is news."""
        self.shown.pop(stream, None)

    def saw(self, stream: UUID, one: KeptVoucher) -> None:
        """It was looked into."""
        self.shown[stream] = hash(frozenset(one.shows.items()))


@dataclass(slots=True, kw_only=True)
class VoucherUses:
    """The reactor of these looks. Any number may run: what is known already stamps nothing."""

    grantees: Grantees
    rows: VoucherRows
    keeper: VoucherKeeper | None
    own: OwnShop
    drift: DriftCases
    alarms: VoucherAlarms
    clock: Clock
    lane: VoucherLane
    every: timedelta = EVERY
    name: str = "voucher_uses"
    _looked_at: datetime = field(default=_LONG_AGO)
    _looks: VoucherLooks = field(default_factory=VoucherLooks)
    # Whose uses fell in the look that is under way.
    _fallen: dict[UUID, Fallen] = field(default_factory=dict)

    def run(self) -> Progress:
        """Look at all of them, if the last look was long ago."""
        now = self.clock()
        if abs(now - self._looked_at) < self.every or self.lane.rests:
            return NOTHING
        self._looked_at, self._looks.left = now, _LOOKED_INTO
        done = self._own()
        if self.keeper is not None:
            done += sum(self._event(self.keeper, *one) for one in self.rows.voucher_events())
        return Progress(done=done)

    def _event(self, keeper: VoucherKeeper, organizer: str, event: str) -> int:
        told = Destination(place=Place.PRETIX, organizer=organizer, event=event)
        if not self.lane.open_to(told):
            return 0
        done, ours, began = 0, self._known(organizer, event), self.clock()
        used, self._fallen = sum(uses > 0 for _, uses in ours.values()), {}
        try:
            for one in keeper.kept(told):
                stream, uses = ours.pop(one.reference, (_NOBODY, 0))
                if stream != _NOBODY:
                    done += self._seen(keeper, stream, one, began, news=uses != one.uses)
            for reference, (stream, _) in ours.items():
                self._looks.missed(stream)
                if self._looks.take():
                    done += self._looked_into(keeper, stream, reference, began)
        except KeeperAway as away:
            self._unheard(away.silent, told)
            return done
        done += self._given_back(told, began, used)
        if self.lane.answered(told):
            self.alarms.end(told)
        return done

    def _given_back(self, told: Destination, began: datetime, used: int) -> int:
        """Uses that fell are believed one by one; what a server set up anew would show is not."""
        fallen = list(self._fallen.values())
        doubted = fallen if are_many(len(fallen), of=used) else [one for one in fallen if one.moved]
        if doubted and not self.drift.uses_fell(told, len(doubted), at=began):
            fallen = [one for one in fallen if one not in doubted]
        return sum(see_uses(self.grantees, one.grantee, one.seen, at=began) for one in fallen)

    def _known(self, organizer: str, event: str) -> dict[str, tuple[UUID, int]]:
        """Whose the vouchers of an event are, and how often we saw them used, by reference."""
        found: dict[str, tuple[UUID, int]] = {}
        after = _NOBODY
        while page := self.rows.vouchers_kept(organizer, event, after, _PAGE):
            after = page[-1][0]
            found |= {reference: (stream, uses) for stream, reference, uses in page}
        return found

    def _seen(
        self, keeper: VoucherKeeper, stream: UUID, one: KeptVoucher, began: datetime, *, news: bool
    ) -> bool:
        done = False
        if self._looks.news(stream, one):
            if not self._is_as_made(keeper, stream, one):
                done = self._looked_into(keeper, stream, one.reference, began)
            self._looks.saw(stream, one)
        return (news and self._counted(stream, one, began)) or done

    def _counted(self, stream: UUID, one: KeptVoucher, began: datetime) -> bool:
        """More uses count at once; fewer when all of the event was seen."""
        fallen = fewer_uses(self.grantees.get(stream), one)
        if fallen is None:
            return see_uses(self.grantees, stream, one, at=began)
        self._fallen[stream] = fallen
        return False

    def _is_as_made(self, keeper: VoucherKeeper, stream: UUID, one: KeptVoucher) -> bool:
        own = of_reference(self.grantees.get(stream), one.reference)
        ask = question_of(own) if own is not None else None
        if own is None or ask is None:
            return True
        self.drift.there(own)
        return keeper.wanted(ask) == one.shows

    def _looked_into(
        self, keeper: VoucherKeeper, stream: UUID, reference: str, began: datetime
    ) -> bool:
        """Look at it alone: lists shift while they are read, and we may be changing it just now.

        What has another id since its server was set up anew is counted here. Whether it was news.
        """
        before = self.grantees.get(stream)
        own = of_reference(before, reference)
        ask = question_of(own) if own is not None else None
        if own is None or ask is None or not stands(before, own):
            return False
        seen = keeper.look(ask)
        if isinstance(seen, KeeperSilent):
            raise KeeperAway(seen)
        if self.grantees.get(stream).version != before.version:
            return False  # it changed meanwhile: the next look sees how it is
        if seen is None:
            self.drift.gone(before, own)
        elif (wanted := keeper.wanted(ask)) != seen.shows:
            self.drift.changed(before, own, wanted=wanted, shown=seen.shows)
        moved = seen is not None and seen.reference != reference
        return seen is not None and moved and self._counted(stream, seen, began)

    def _unheard(self, silent: KeeperSilent, told: Destination) -> None:
        _log.info("vouchers_not_seen", reason=silent.reason)
        if silent.person:
            self.alarms.open(silent, told)
            self.lane.stop(silent.person, told)
        elif silent.rest is not None:
            self.lane.rest(silent.rest)

    def _own(self) -> int:
        done = 0
        for one in self._own_streams():
            before = self.grantees.get(one)
            after = self.own.see(before, self.clock())
            done += after.version != before.version
            voucher = after.voucher
            if voucher is None or not stands(after, voucher):
                continue
            if self.own.revoked(voucher):
                self.drift.gone(after, voucher)
            elif (told := self.own.differing(after, voucher)) is not None:
                self.drift.changed(after, voucher, wanted=told[0], shown=told[1])
        return done

    def _own_streams(self) -> Iterator[UUID]:
        after = _NOBODY
        while page := self.rows.own_vouchers_of_people(after, _PAGE):
            after = page[-1]
            yield from page
