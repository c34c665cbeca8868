"""A shop with people at its doors, in a real browser: served, with tickets out, and a camera."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import segno
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import expect

from ledger.order.attendance import Attendance
from ledger.order.commands import CancelOrder
from ledger.order.stamps import TicketCheckedIn, TicketCheckedOut, TicketCheckInUndone
from ledger.shop.stamps import Admission
from tests.kits.back_office import entered
from tests.kits.door import admitting, sold
from tests.kits.page_server import page_server
from tests.kits.product import Product, open_shop
from tests.kits.web_fakes import Clock

SCRIPTS = Path(__file__).parents[2] / "web" / "static" / "door"
PHONE = {"width": 360, "height": 640}
# A film: bright and dark of its pixels, and how long a code is held before the camera.
_WHITE, _BLACK, _GREY, _NO_COLOUR = 235, 16, 120, 128
_WIDTH, _HEIGHT, _PER_SECOND = 640, 480, 10


class RunningClock(Clock):
    """The time that browsers have."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


def in_node(script: str, given: object) -> Any:
    """What a module comes to, without a browser: it finds `given`, and tells by `tell`."""
    begun = (
        "let text = ''; for await (const some of process.stdin) text += some;"
        " const given = JSON.parse(text); const tell = (all) => console.log(JSON.stringify(all));"
    )
    node, _ = compute_driver_executable()
    done = subprocess.run(
        [node, "--input-type=module", "--eval", begun + script],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        cwd=SCRIPTS,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass
class DoorHouse:
    """A shop whose door is open. `codes` of valid tickets, used up from the first."""

    product: Product
    base: str
    codes: list[str]
    revoked: str
    elsewhere: str
    # Calls that are carried out and whose answers get lost, by how their addresses end.
    lost: set[str] = field(default_factory=set)

    def cookie(self, role: str = "door") -> dict[str, str]:
        """Somebody who is signed in."""
        # Each is somebody else: a house has more than one device.
        email = f"{uuid4().hex[:8]}@winterfest.example"
        browser = entered(self.product, role, shop="winterfest", email=email)
        return {"name": "staff", "value": browser.get_cookie("staff").value, "url": self.base}

    def fresh(self) -> str:
        """The code of a ticket that was never shown."""
        return self.codes.pop(0)

    @property
    def page(self) -> str:
        return f"{self.base}/door/winterfest/"

    def answer(self, environ: Any, start_response: Any) -> Any:
        """As the app answers; or as a proxy does that lost the answer on its way."""
        if not any(environ["PATH_INFO"].endswith(one) for one in self.lost):
            return self.product.app(environ, start_response)
        for _ in self.product.app(environ, lambda *_told: lambda _written: None):
            pass
        start_response("502 Bad Gateway", [("Content-Type", "text/plain")], None)
        return [b""]

    def scans(self, code: str) -> list[TicketCheckedIn | TicketCheckedOut]:
        """The stamps about a ticket, in the order of the ledger."""
        hashed = self.product.parts.keyring.ticket_hash(code)
        kinds = TicketCheckedIn | TicketCheckedOut
        every = (one.stamp for one in self.product.store.ledger.feed(0, limit=100_000))
        return [one for one in every if isinstance(one, kinds) and one.ticket == hashed]

    def attendance(self, code: str) -> list[Attendance]:
        """Who came in with a ticket, at each door and day."""
        hashed = self.product.parts.keyring.ticket_hash(code)
        (found,) = self.product.views.door_tickets("winterfest", [hashed])
        order = self.product.parts.orders.get(found.stream)
        return [there for place, there in order.attendance.items() if place.ticket == hashed]

    def sell(self) -> str:
        """The code of a ticket that was sold this moment."""
        return str(sold(self.product)[1][0])

    def inside(self) -> int:
        """How many were let in and neither left nor were taken back."""
        every = [one.stamp for one in self.product.store.ledger.feed(0, limit=100_000)]
        went = sum(isinstance(one, TicketCheckedOut | TicketCheckInUndone) for one in every)
        return sum(isinstance(one, TicketCheckedIn) for one in every) - went

    def undone(self) -> int:
        """How many check-ins were taken back."""
        every = self.product.store.ledger.feed(0, limit=100_000)
        return sum(isinstance(one.stamp, TicketCheckInUndone) for one in every)


@contextmanager
def open_door(*, tickets: int = 30) -> Iterator[DoorHouse]:
    """A house, served on this machine: which is a secure address, so that all of the page works."""
    product = open_shop(seats=200)
    # It is an instance of a class that stands still; browsers' clocks go on.
    product.clock.__class__ = RunningClock
    codes = [code for _ in range(tickets // 5) for code in sold(product, pieces=5)[1]]
    gone, (revoked,) = sold(product)
    _, (elsewhere,) = sold(product, product_slug="sauna")
    wish = CancelOrder(
        correlation_id=uuid4(), actor="staff", at=product.clock(), reason="ill", refund=False
    )
    product.parts.orders.handle(gone, wish)
    admitting(
        product,
        weekend=Admission(doors=("main",), hand_out={"en": "Blue wristband"}),
        sauna=Admission(doors=("sauna",), reentry=True),
    )
    house = DoorHouse(product=product, base="", codes=codes, revoked=revoked, elsewhere=elsewhere)
    with page_server(house.answer) as house.base:
        yield house


def look(page: Any) -> str:
    """What the page shows of the last scan, in one line."""
    return " | ".join(page.locator("[data-result]").inner_text().split("\n\n"))


def scan(page: Any, code: str, result: str) -> None:
    """As a scanner types it, wherever the focus is; and what comes of it."""
    panel = page.locator("[data-result]")
    before = int(panel.get_attribute("data-shown") or 0)
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(panel).to_have_attribute("data-shown", str(before + 1), timeout=10_000)
    assert panel.get_attribute("data-result") == result, look(page)


def waits(page: Any, count: int) -> None:
    """Wait until it says that so many scans wait on the device: that is said after a result."""
    expect(page.locator("[data-state-waiting]")).to_have_text(f"Waiting: {count}")


def is_online(page: Any, *, yes: bool = True) -> None:
    """Wait until the page has noticed."""
    expect(page.locator("body")).to_have_attribute(
        "data-network", "online" if yes else "offline", timeout=20_000
    )


def is_ready(page: Any) -> None:
    """Wait until it would go on without a network: page and list are kept.

    The page may not evaluate text, and whoever waits for a promise is answered at once: so it asks.
    """
    is_online(page)
    expect(page.locator("[data-state-list]")).to_have_attribute("data-tone", "quiet")
    page.evaluate(
        """async () => {
          const worker = async () => (await navigator.serviceWorker.ready).active.state;
          while (!(await caches.has("door-pages")) || (await worker()) !== "activated") {
            await new Promise((again) => setTimeout(again, 20));
          }
        }"""
    )


def film(path: Path, codes: Sequence[str], *, seconds: float = 2.5) -> None:
    """What a camera sees: each code held before it for a while, and nothing for a while."""
    nothing = bytes([_GREY]) * (_WIDTH * _HEIGHT)
    grey = bytes([_NO_COLOUR]) * (_WIDTH * _HEIGHT // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F{_PER_SECOND}:1 Ip A1:1 C420mpeg2\n".encode())
        for code in codes:
            for picture in (_picture(code, nothing), nothing):
                file.write((b"FRAME\n" + picture + grey) * int(seconds * _PER_SECOND))


def _picture(code: str, nothing: bytes) -> bytes:
    """A square code in the middle, with its quiet zone."""
    rows = [bytes(row) for row in segno.make(code, error="q", micro=False).matrix]
    scale, quiet = 260 // len(rows), 4
    size = (len(rows) + 2 * quiet) * scale
    left, top = (_WIDTH - size) // 2, (_HEIGHT - size) // 2
    made = bytearray(nothing)
    for y in range(size):
        row = y // scale - quiet
        line = bytearray([_WHITE]) * size
        for x, dark in enumerate(rows[row] if 0 <= row < len(rows) else b""):
            if dark:
                at = (x + quiet) * scale
                line[at : at + scale] = bytes([_BLACK]) * scale
        start = (top + y) * _WIDTH + left
        made[start : start + size] = line
    return bytes(made)
