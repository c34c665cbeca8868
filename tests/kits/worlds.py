"""A whole ledger in memory for tests: a shop, its orders, its cases, a clock to turn."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from adapters.keys.key_ring import Keyring
from adapters.store.ledger import LatelyInMemory, StampLedger
from adapters.store.memory import MemoryStampRecorder
from adapters.store.recorder import StampRecorder
from ledger.cases.service import Cases
from ledger.kernel.money import Money
from ledger.order.commands import PlaceOrder, ProviderAccount, Wanted
from ledger.order.order import Order
from ledger.order.service import Orders
from ledger.order.stamps import Customer
from ledger.shop.cache import ShopCache
from ledger.shop.service import Shops
from ledger.shop.shop import ProductSpec, ShopSpec
from ledger.shop.stamps import CancellationPolicy, Preferences, Release, Seller

NAMES = UUID("0b54a1e6-8d0f-4f4f-9a3a-6d1f0c5c1d11")
ADA = Customer(first_name="Ada", last_name="Lovelace", email="ada@example.org")
PREFERENCES = Preferences(
    name={"en": "Winterfest 2027"},
    seller=Seller(name="Winterfest ry", email="tickets@winterfest.example"),
    currency="EUR",
    timezone="Europe/Helsinki",
    starts_at=datetime(2027, 2, 12, 10, tzinfo=UTC),
    provider="stripe",
    unpaid_after=3 * 24 * 3600,
    cancellation=CancellationPolicy(period_days=14, fee_fixed=Money(0, "EUR")),
    terms_url={},
)
WEEKEND = ProductSpec(
    slug="weekend",
    title={"en": "Weekend ticket"},
    description={},
    price=Money(3500, "EUR"),
    vat_percent="13.5",
    quotas=("weekend",),
    tickets=1,
    max_per_order=10,
)
SPEC = ShopSpec(
    slug="winterfest",
    preferences=PREFERENCES,
    quotas={"weekend": 5, "friday": 2},
    products=(
        WEEKEND,
        replace(WEEKEND, slug="friday", quotas=("friday",), price=Money(1500, "EUR")),
        replace(WEEKEND, slug="volunteer", price=Money(0, "EUR"), quotas=("weekend",)),
    ),
)


def with_policy(release: Release, *, fee: int = 0, spec: ShopSpec = SPEC) -> ShopSpec:
    """The shop under another cancellation policy; the fee in cents."""
    policy = CancellationPolicy(period_days=14, fee_fixed=Money(fee, "EUR"), release=release)
    return replace(spec, preferences=replace(spec.preferences, cancellation=policy))


@dataclass
class Clock:
    """Stands still until it is turned."""

    now: datetime = field(default=datetime(2027, 1, 10, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **spans: float) -> datetime:
        self.now += timedelta(**spans)
        return self.now


class World:
    """The services over one store. Every name gives the same identifier each time."""

    def __init__(
        self,
        spec: ShopSpec = SPEC,
        *,
        make: Callable[[Clock], StampRecorder] = lambda clock: MemoryStampRecorder(clock=clock),
    ) -> None:
        self.slug, self.clock = spec.slug, Clock()
        self.recorder = make(self.clock)
        keys: Any = getattr(self.recorder, "keys")  # noqa: B009 (not part of the recorder's port)
        keyring = Keyring(bytes(32), ledger=self.recorder.ledger_id, store=keys)
        self.store = StampLedger(self.recorder, keyring=keyring)
        cache = ShopCache((lambda: self.clock().timestamp(),))
        self.shops = Shops(self.store, cache=cache)
        self.cases = Cases(self.store)
        self.orders = Orders(self.store, self.shops, self.cases, lately=LatelyInMemory())
        self.shops.import_shop(spec, actor="test", at=self.clock())

    def id(self, name: str) -> UUID:
        return uuid5(NAMES, f"{self.slug}/{name}")

    def order_command(self, name: str, *lines: tuple[str, int], **changes: Any) -> PlaceOrder:
        command = PlaceOrder(
            correlation_id=self.id(f"placing {name}"),
            actor="visitor",
            at=self.clock(),
            order=self.id(name),
            lines=tuple(Wanted(product=p, quantity=n) for p, n in lines or (("weekend", 2),)),
            customer=ADA,
            language="en",
            email_index="index",
            request_digest="digest",
            accounts={"stripe": ProviderAccount(name="acct_1", live=False)},
        )
        return replace(command, **changes)

    def place(self, name: str = "order", *lines: tuple[str, int], **changes: Any) -> Order:
        command = self.order_command(name, *lines, **changes)
        return self.orders.place(self.slug, command)

    def stamps(self, name: str = "order") -> list[str]:
        """The names of an order's stamps, as the class says them."""
        return [type(one.stamp).__name__ for one in self.orders.history(self.id(name))]

    def cases_opened(self) -> list[Any]:
        from ledger.cases.stamps import CaseOpened

        feed = self.store.feed(0, limit=100_000)
        return [one.stamp for one in feed if isinstance(one.stamp, CaseOpened)]

    def close(self) -> None:
        self.store.close()
