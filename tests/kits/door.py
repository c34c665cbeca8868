"""A shop whose tickets are out, and devices at its doors: for tests of check-in."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from ledger.order.commands import StartLetter
from ledger.order.letters_due import letters_due
from ledger.order.tickets import LETTERS_WITH_TICKETS, TicketCode
from ledger.shop.shop import spec_of
from ledger.shop.stamps import Admission
from tests.kits.product import SHOP, Product
from tests.kits.spec import ANSWERED, ASKED_ABOUT
from tests.kits.ticket_codes import codes

DOOR = f"{SHOP}/door"


def issue(product: Product, order: UUID) -> tuple[str, ...]:
    """Issue the tickets of a paid order, with hashes that its own door knows; their codes."""
    found = product.parts.orders.get(order)
    due = next(one for one in letters_due(found) if one.letter in LETTERS_WITH_TICKETS)
    drawn = [
        TicketCode(code=one.code, hash=product.parts.keyring.ticket_hash(one.code))
        for one in codes(found.tickets_wanted, of=order)
    ]
    product.parts.orders.handle(
        order,
        StartLetter(
            correlation_id=due.correlation_id,
            actor="ledger",
            at=product.clock(),
            letter=due.letter,
            try_number=1,
            tickets=tuple(drawn),
        ),
    )
    return tuple(one.code for one in drawn)


def sold(product: Product, *, pieces: int = 1, product_slug: str = "weekend") -> tuple[UUID, Any]:
    """An order that is paid, and the codes of its tickets."""
    lines = [{"product": product_slug, "quantity": pieces}]
    price = {"weekend": 3500, "sauna": 1000}[product_slug]
    address, attempt = product.placed(lines=lines)
    product.tell(address, attempt, amount=pieces * price)
    order = UUID(address.rpartition("/")[2])
    return order, issue(product, order)


def admitting(product: Product, **rules: Admission) -> None:
    """The shop's products let people in by these rules."""
    spec = spec_of(product.parts.shops.get("winterfest"))
    changed = [replace(one, admission=rules.get(one.slug)) for one in spec.products]
    product.parts.shops.import_shop(
        replace(spec, products=tuple(changed)), actor="test", at=product.clock()
    )


def name_holders(product: Product, order: UUID) -> None:
    """Both tickets of an order have been asked about and answered for: Ada's, and Bea's."""
    for stamp in (ASKED_ABOUT, ANSWERED):
        product.parts.orders.record(order, stamp, correlation_id=uuid4(), actor="test")


def keep_names_at_doors(product: Product, *, kept: bool = True) -> None:
    """Whether the shop wants names on the lists of its doors."""
    spec = spec_of(product.parts.shops.get("winterfest"))
    wanted = replace(spec.preferences, door_names=kept)
    product.parts.shops.import_shop(
        replace(spec, preferences=wanted), actor="test", at=product.clock()
    )


@dataclass
class Device:
    """A device at a door. `ahead`: how far its clock is ahead."""

    product: Product
    name: str = "north-1"
    door: str = "main"
    ahead: timedelta = timedelta()
    headers: dict[str, str] = field(default_factory=dict)
    queue: list[dict[str, Any]] = field(default_factory=list)
    client: Any = None

    def __post_init__(self) -> None:
        # Of its own: devices are asked about in several threads, too.
        self.client = self.client or self.product.app.test_client()
        self.headers |= {**self.product.token("door", shop="winterfest"), "Door-Device": self.name}

    @property
    def clock(self) -> str:
        return (self.product.clock() + self.ahead).isoformat()

    def post(self, call: str, body: dict[str, Any]) -> Any:
        return self.client.post(f"{DOOR}/{call}", json=body, headers=self.headers)

    def scan(self, code: str, *, scan: str = "", call: str = "check-ins", **more: Any) -> Any:
        """One scan on line."""
        told = {"scan": scan or str(uuid4()), "door": self.door, "sent_at": self.clock}
        answer = self.post(call, {**told, **({"code": code} if code else {}), **more})
        assert answer.status_code == 200, answer.text
        return answer.json

    def leave(self, code: str) -> Any:
        return self.scan(code, call="exits")

    def note(self, code: str, *, way: str = "in", scan: str = "") -> str:
        """One scan off line."""
        entry = {"scan": scan or str(uuid4()), "way": way, "door": self.door, "code": code}
        self.queue.append({**entry, "scanned_at": self.clock})
        return str(entry["scan"])

    def send(self) -> Any:
        """The queue, which stays."""
        answer = self.post("queue", {"sent_at": self.clock, "entries": self.queue})
        assert answer.status_code == 200, answer.text
        return answer.json

    def undo(self, scan: str, reason: str = "wrong person") -> Any:
        return self.post("undo", {"scan": scan, "reason": reason})

    def get(self, what: str = "") -> Any:
        return self.client.get(f"{DOOR}{what}", headers=self.headers)

    @property
    def inside(self) -> int:
        counted: int = self.get("/counters").json["doors"][self.door]["inside"]
        return counted
