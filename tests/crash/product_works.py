"""Works of the whole product, wired as it is served: erasures, a statement, a shop's file."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from ledger.kernel.erasure import Ground
from ledger.kernel.events import derived
from ledger.kernel.money import Money
from ledger.order.commands import CancelUnpaid
from ledger.order.stamps import OrderPlaced
from ledger.shop.shop import ShopSpec, spec_of
from ledger.shop.stamps import BankAccount, ChangeExplained, shop_id
from ledger.staff.invitation import StaffInvitation, invitation_id
from ledger.staff.role import Grant, Role
from tests.kits.bank_files import ACCOUNT, Booked, camt
from tests.kits.worker import PRICE, World, place_order
from web.actions.persons import erase_person
from web.actions.retention import erase_due
from web.actions.statements import take_in
from web.actions.wish import Wish
from web.wiring.composition import assembled
from web.wiring.parts import Parts
from web.wiring.settings import read_settings

SHOP, PERSON, OFFICE = "winterfest", "aino@example.com", "staff:one"
NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
# What the statement tells: one order is paid, one in part, and one transfer is nobody's.
PAID_WITH, NOBODYS = (PRICE.amount, 1000), 700
PICTURE = b"no picture, but bytes that are kept"
_LONG_AFTER = timedelta(days=20 * 366)
_TIME_TO_PAY = timedelta(days=3, minutes=1)


@contextmanager
def product_at(url: str, *, later: timedelta = timedelta()) -> Iterator[Parts]:
    """The product on a ledger, at its time."""
    told = {
        "STAMPLEDGER_HOME": str(Path("/nonexistent")),
        "STAMPLEDGER_DATABASE_URL": url,
        "STAMPLEDGER_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
        "STAMPLEDGER_ALLOW_OWNER": "1",
    }
    with assembled(read_settings(told), readers=2) as works:
        yield replace(works.parts, clock=lambda: NOON + _TIME_TO_PAY + later)


def placed(parts: Parts) -> Sequence[UUID]:
    """All orders, in the order in which they were placed."""
    feed = parts.store.feed(0, limit=10_000)
    return [one.stream for one in feed if isinstance(one.stamp, OrderPlaced)]


def over(world: World, many: int) -> None:
    """Orders of one person that were never paid, and nothing of them is open."""
    index = world.keyring.blind_index(PERSON)
    for _ in range(many):
        wish = replace(place_order(uuid4(), at=world.clock()), email_index=index)
        order = world.orders.place(SHOP, wish)
        late = world.clock() + _TIME_TO_PAY
        world.orders.handle(order.id, CancelUnpaid(correlation_id=uuid4(), actor="worker", at=late))


def invited(parts: Parts) -> None:
    """An invitation waits for the same person, beside the ledger."""
    index, grant = parts.keyring.blind_index(PERSON), Grant(role=Role.STAFF, shop=SHOP)
    one = StaffInvitation(
        id=invitation_id(index, grant),
        email=PERSON,
        email_index=index,
        grant=grant,
        language="en",
        invited_by=OFFICE,
        made_at=parts.clock(),
    )
    parts.office.invitations.keep(one, bytes(32))


def paid_by_transfer(parts: Parts) -> None:
    """The shop is paid to an account from here on."""
    spec = spec_of(parts.shops.newest(SHOP))
    account = BankAccount(iban=ACCOUNT, holder="Winterfest ry")
    terms = replace(spec.preferences, bank_account=account)
    parts.shops.import_shop(replace(spec, preferences=terms), actor="test", at=parts.clock())


def erase(url: str) -> None:
    """A person asks, and all of their orders go in one append, and what waits beside."""
    with product_at(url) as parts:
        cause = derived(shop_id(SHOP), "erase")
        wish = Wish(correlation_id=cause, actor=OFFICE, at=parts.clock())
        erase_person(parts, PERSON, wish, ground=Ground.ASKED)


def erase_the_due(url: str) -> None:
    """The nightly job, when nothing needs them any more."""
    with product_at(url, later=_LONG_AFTER) as parts:
        erase_due(parts, actor="worker", commit=True)


def import_statement(url: str) -> None:
    """A bank's file, taken in movement by movement."""
    with product_at(url) as parts:
        known = [parts.orders.get(one).payment_reference for one in placed(parts)]
        told = [
            *(Booked(cents=n, reference=ref) for n, ref in zip(PAID_WITH, known, strict=False)),
            Booked(cents=NOBODYS, text="for the tickets"),
        ]
        statements = parts.read_statements(camt(told))
        take_in(parts, statements, shops=[SHOP], ours_only=False, actor=OFFICE)


def import_shop(url: str) -> None:
    """A shop's file with another price, a quota, a product and a reason: one append."""
    with product_at(url) as parts:
        spec = changed(spec_of(parts.shops.newest(SHOP)))
        why = ChangeExplained(reason="Early birds are over.")
        parts.shops.import_shop(spec, actor=OFFICE, at=parts.clock(), why=why)


def changed(spec: ShopSpec) -> ShopSpec:
    """The file as somebody left it; the same again once it is so."""
    weekend = replace(spec.products[0], price=Money(4000, "EUR"))
    day = replace(weekend, slug="day", title={"en": "Day ticket"}, quotas=("day",))
    return replace(spec, quotas={**spec.quotas, "weekend": 120, "day": 30}, products=(weekend, day))


PRODUCT_WORKS: Mapping[str, Callable[[str], None]] = {
    "erase": erase,
    "erase_due": erase_the_due,
    "statement": import_statement,
    "shop_file": import_shop,
}
