"""A whole product in memory, with named fakes, for tests of the door."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from flask import Flask

from adapters.keys.key_ring import Keyring
from adapters.keys.ticket_codes import drawn
from adapters.report_files.files import report_file
from adapters.statements.pain001 import pain001
from adapters.statements.read import read_statements
from adapters.store.ledger import LatelyInMemory, StampLedger
from adapters.store.memory import MemoryStampRecorder
from adapters.store.memory_carts import MemoryCarts
from adapters.store.memory_inbox import MemoryInbox
from adapters.store.memory_pictures import MemoryPictures
from adapters.store.memory_place_links import MemoryPlaceLinks
from adapters.store.memory_sessions import MemoryPasskeys, MemorySessions, MemorySignInLinks
from adapters.store.memory_staff import MemoryCredentials
from adapters.store.memory_statement_marks import MemoryStatementMarks
from adapters.store.memory_transfer_files import MemoryTransferFiles
from adapters.store.memory_webhooks import MemoryWebhooks
from adapters.store.recorder import StampRecorder
from ledger.accounts.service import Accounts
from ledger.approvals.service import Approvals
from ledger.cases.service import Cases
from ledger.order.service import Orders
from ledger.shop.cache import ShopCache
from ledger.shop.service import Shops
from ledger.shop.stamps import shop_id
from ledger.staff.service import StaffMembers
from ledger.vouchers.service import Vouchers
from ledger.waiting_list.service import WaitingList
from tests.kits.api_shop import winterfest
from tests.kits.grants import fulfilment_of
from tests.kits.office import memory_office
from tests.kits.report_figures import ReportsInMemory
from tests.kits.web_fakes import (
    NOON,
    Clock,
    DoorInMemory,
    LimitsInMemory,
    PlacePost,
    Post,
    Receiver,
    StripeInMemory,
    Switch,
    TokensInMemory,
    ViewsInMemory,
    approval_streams,
    approvals_of,
    staff_streams,
)
from web.app import create_app
from web.http.access import Token, digest_of
from web.wiring.parts import Parts
from web.wiring.settings import Settings

SIGNED = {"X-Signature": "right", "Content-Type": "application/json"}
ADA = {"first_name": "Ada", "last_name": "O'Neill", "email": "ada@example.org", "phone": ""}


@dataclass
class Product:
    """Everything a test of the door wants to hold in its hands."""

    app: Flask
    client: Any  # answers of the test client have JSON or not, as each test knows
    parts: Parts
    clock: Clock
    provider: StripeInMemory
    store: Switch
    inbox: MemoryInbox
    limits: LimitsInMemory
    tokens: TokensInMemory
    views: ViewsInMemory
    post: Post
    receiver: Receiver

    def token(self, role: str, *, shop: str | None = None) -> dict[str, str]:
        """Headers of a caller with this role."""
        secret = f"sl_{uuid4().hex}"
        self.tokens.known[digest_of(secret)] = Token(name="test", role=role, shop=shop)
        return {"Authorization": f"Bearer {secret}"}

    def place(self, *, key: str = "", **changes: Any) -> Any:
        """The answer to an order for one weekend ticket, unless told otherwise."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(f"{SHOP}/orders", json=wish(**changes), headers=headers)

    def placed(self, **changes: Any) -> tuple[str, str]:
        """An order's address and its first attempt."""
        answer = self.place(**changes).json
        attempt = answer["payment"]["correlation_id"] if answer["payment"] else ""
        return f"{SHOP}/orders/{answer['order']['id']}", attempt

    def paid(self) -> str:
        """The address of an order that was paid."""
        address, attempt = self.placed()
        self.tell(address, attempt)
        return address

    def tell(self, address: str, attempt: str, *, amount: int = 3500) -> Any:
        """The provider reports a payment."""
        news = {"order": address.rpartition("/")[2], "attempt": attempt, "amount": amount}
        return self.client.post("/webhooks/stripe", json=news, headers=SIGNED)

    def link(self, address: str) -> str:
        """The code in the newest cancellation letter."""
        order = self.parts.orders.get(UUID(address.rpartition("/")[2]))
        assert order.newest_link is not None
        assert order.newest_link.code is not None
        return order.newest_link.code


SHOP = "/api/v1/shops/winterfest"


def wish(**changes: Any) -> dict[str, Any]:
    """The body of an order."""
    lines = [{"product": "weekend", "quantity": 1}]
    return {"customer": ADA, "language": "en", "lines": lines, **changes}


def open_shop(
    *,
    base_url: str = "http://localhost",
    proxies: int = 0,
    provider: StripeInMemory | None = None,
    grace_period: int | None = None,
    make: Callable[[Clock], StampRecorder] = lambda clock: MemoryStampRecorder(clock=clock),
    lately: bool = False,
    seats: int = 50,
) -> Product:
    """A product whose shop is open; with a grace period in seconds it captures later."""
    clock, tokens = Clock(), TokensInMemory()
    recorder = make(clock)
    keys: Any = getattr(recorder, "keys")  # noqa: B009 (not part of the recorder's port)
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=keys)
    store = Switch(StampLedger(recorder, keyring=keyring))
    read_lately = ShopCache([monotonic] if lately else [])
    shops = Shops(store, lambda: [shop_id("winterfest")], cache=read_lately)
    held = Cases(store)
    spec = replace(winterfest(), quotas={"weekend": seats, "sauna": 2})
    later = replace(spec.preferences, grace_period=grace_period)
    shops.import_shop(replace(spec, preferences=later), actor="test", at=NOON)
    views, post, receiver = ViewsInMemory(store.ledger), Post(), Receiver()
    provider, inbox, limits = provider or StripeInMemory(), MemoryInbox(), LimitsInMemory()
    orders = Orders(store, shops, held, lately=LatelyInMemory() if lately else None)
    parts = Parts(
        settings=Settings(
            home=Path(), base_url=base_url, secret_key="for tests only", proxies=proxies
        ),
        clock=clock,
        store=store,
        orders=orders,
        shops=shops,
        cases=held,
        providers={"stripe": provider},
        doors={"stripe": DoorInMemory()},
        keyring=keyring,
        seats=lambda quotas: _seats(recorder, quotas),
        views=views,
        reports=ReportsInMemory(store.ledger),
        report_file=report_file,
        inbox=inbox,
        limits=limits,
        tokens=tokens,
        carts=MemoryCarts(),
        sessions=MemorySessions(),
        passkeys=MemoryPasskeys(),
        staff=StaffMembers(store, lambda: staff_streams(store)),
        credentials=MemoryCredentials(),
        vouchers=Vouchers(store),
        approvals=Approvals(
            store,
            orders,
            lambda since: approval_streams(store, since),
            about=partial(approvals_of, store),
        ),
        pictures=MemoryPictures(),
        sign_in_links=MemorySignInLinks(),
        accounts=Accounts(store),
        fulfilment=fulfilment_of(store, held, clock=clock, blind_index=keyring.blind_index),
        waiting=WaitingList(store),
        place_links=MemoryPlaceLinks(),
        send_sign_in_link=post,
        send_place_link=PlacePost(),
        office=memory_office(),
        webhooks=MemoryWebhooks(),
        statement_marks=MemoryStatementMarks(),
        read_statements=read_statements,
        transfer_files=MemoryTransferFiles(),
        transfer_xml=pain001,
        draw_tickets=partial(drawn, keyed_hash=keyring.keyed_hash),
        send_webhook=receiver,
    )
    app = create_app(parts)
    return Product(
        app=app,
        client=app.test_client(),
        parts=parts,
        clock=clock,
        provider=provider,
        store=store,
        inbox=inbox,
        limits=limits,
        tokens=tokens,
        views=views,
        post=post,
        receiver=receiver,
    )


def _seats(recorder: StampRecorder, quotas: Sequence[UUID]) -> Mapping[UUID, tuple[int, int, int]]:
    known = recorder.read_seat_totals(2**62)
    return {quota: known[quota] for quota in quotas if quota in known}
