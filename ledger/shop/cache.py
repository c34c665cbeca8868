"""Shops as they were read lately: never older than five minutes, read once however many wait."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from ledger.shop.shop import Shop

# Pages may show a catalogue that is at most five minutes old (SPEC C11); ours are far younger.
LONGEST = 300.0
# Whoever waits for somebody else's reading reads by itself after so many seconds.
_PATIENCE = 2.0

# Seconds that only grow, but for people who move a clock: then what was read is old, too.
Seconds = Callable[[], float]


@dataclass(frozen=True, slots=True)
class _Kept:
    shop: Shop
    read_at: tuple[float, ...]


class ShopCache:
    """What one process read lately. Without any clock nothing is kept."""

    def __init__(self, clocks: Sequence[Seconds] = (), *, seconds: float = 10.0) -> None:
        assert 0 < seconds <= LONGEST, "older than the pages may be"
        self._clocks, self._seconds = clocks, seconds
        self._kept: dict[str, _Kept] = {}
        self._flights: dict[str, Future[Shop]] = {}
        # Another one whenever all was forgotten.
        self._lock, self._era = Lock(), object()

    def get(self, slug: str, read: Callable[[], Shop]) -> Shop:
        """A shop that is young enough; `read` by one of all who want it at the same time."""
        kept = self._kept.get(slug)
        if kept is not None and self._young(kept):
            return kept.shop
        with self._lock:
            ours = slug not in self._flights
            flight = self._flights.setdefault(slug, Future())
        return self._fly(slug, read, flight) if ours else _awaited(flight, read)

    def read(self, slug: str, read: Callable[[], Shop]) -> Shop:
        """A shop as it is now, kept for the others."""
        began, moment = self._era, self._moment()
        shop = read()
        with self._lock:
            if self._clocks and shop.preferences is not None and began is self._era:
                before = self._kept.get(slug)
                if before is None or before.shop.version <= shop.version:
                    self._kept[slug] = _Kept(shop, moment)
        return shop

    def lately(self, slug: str) -> Shop | None:
        """A shop that is young enough, if there is one."""
        kept = self._kept.get(slug)
        return kept.shop if kept is not None and self._young(kept) else None

    def young(self) -> Mapping[UUID, str]:
        """The addresses of all that need not be read, by shop."""
        return {one.shop.id: slug for slug, one in self._kept.items() if self._young(one)}

    def forget(self) -> None:
        """Everything is read anew; what is being read just now is not kept."""
        with self._lock:
            self._kept, self._era = {}, object()

    def _fly(self, slug: str, read: Callable[[], Shop], flight: "Future[Shop]") -> Shop:
        try:
            shop = self.read(slug, read)
        except BaseException as error:
            self._land(slug)
            flight.set_exception(error)
            raise
        self._land(slug)
        flight.set_result(shop)
        return shop

    def _land(self, slug: str) -> None:
        with self._lock:
            del self._flights[slug]

    def _moment(self) -> tuple[float, ...]:
        return tuple(clock() for clock in self._clocks)

    def _young(self, kept: _Kept) -> bool:
        ages = [now - then for now, then in zip(self._moment(), kept.read_at, strict=True)]
        return all(0 <= age < self._seconds for age in ages)


def _awaited(flight: "Future[Shop]", read: Callable[[], Shop]) -> Shop:
    """What somebody else is reading. Giving up, or their failure, harms nobody but oneself."""
    try:
        return flight.result(_PATIENCE)
    except (TimeoutError, CancelledError):
        return read()
