"""People in a waiting list in a past for reports: every fate once."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ledger.waiting_list.stamps import (
    Leaving,
    PlaceLapsed,
    PlaceLeft,
    PlaceOffered,
    PlaceTaken,
    PlaceUsed,
)
from tests.kits.histories import SHOP


class Tells(Protocol):
    """A past that is being told."""

    def add(self, at: datetime, name: str, *told: tuple[str, Any]) -> None: ...


def wait_in_line(past: Tells, january: datetime, february: datetime) -> None:
    """Four join in January, one in February; two are asked, one buys, one lets it lapse."""
    for name in ("ada", "bea", "cleo", "dan"):
        past.add(january, f"line of {name}", ("join", _taken(name, "weekend")))
    past.add(february, "line of eve", ("join", _taken("eve", "sauna")))
    offer = PlaceOffered(seats=(), until=february, seen=1)
    past.add(january, "line of ada", ("offer", offer), ("use", PlaceUsed(order=UUID(int=9))))
    past.add(january, "line of bea", ("offer", offer))
    past.add(february, "line of bea", ("lapse", PlaceLapsed()))
    past.add(february, "line of cleo", ("left", PlaceLeft(cause=Leaving.BOUGHT)))


def _taken(name: str, product: str) -> PlaceTaken:
    return PlaceTaken(
        shop=SHOP,
        shop_slug="winterfest",
        product=product,
        quantity=2,
        language="en",
        email_index=name,
        generation=1,
        code_hash="0" * 64,
        email=f"{name}@example.org",
        code=name,
    )
