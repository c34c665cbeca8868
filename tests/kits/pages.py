"""A small world behind the pages: a ledger in memory, a shop, a provider that does as told."""

import os
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from adapters.keys.key_ring import Keyring
from adapters.keys.ticket_codes import drawn
from adapters.mail.letters import letter_look, letter_text, receipt_html
from adapters.mail.tickets.event import event_ics
from adapters.mail.tickets.machine_codes import ticket_svg
from adapters.mail.tickets.press import Press
from adapters.postgres.working.rate_limits import Hit
from adapters.report_files.files import report_file
from adapters.statements.pain001 import pain001
from adapters.statements.read import read_statements
from adapters.store.ledger import StampLedger
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
from ledger.accounts.service import Accounts
from ledger.approvals.service import Approvals
from ledger.cases.service import Cases
from ledger.kernel.money import Money
from ledger.order.commands import (
    PlaceOrder,
    ProviderAccount,
    RequestCancellation,
    StartLetter,
    Wanted,
)
from ledger.order.letters_due import letters_due
from ledger.order.order import Order
from ledger.order.own_words import OwnWords
from ledger.order.service import Orders
from ledger.order.stamps import (
    Authorized,
    CreatePaymentSuccess,
    CreateRefundFailure,
    CreateRefundSuccess,
    Customer,
    Paid,
)
from ledger.payments.provider import Accepted, NoAnswer, PaymentAsk, RefundAsk
from ledger.shop.service import Shops
from ledger.shop.stamps import CancellationPolicy, shop_id
from ledger.staff.service import StaffMembers
from ledger.vouchers.service import Vouchers
from ledger.waiting_list.service import WaitingList
from tests.kits.grants import fulfilment_of
from tests.kits.office import InvitationPost, memory_office
from tests.kits.pages_shop import START, winterfest
from tests.kits.report_figures import ReportsInMemory
from tests.kits.ticket_codes import wanted_by
from tests.kits.web_fakes import (
    PlacePost,
    Post,
    Receiver,
    TokensInMemory,
    ViewsInMemory,
    approval_streams,
    approvals_of,
    staff_streams,
)
from web.app import create_app
from web.wiring.parts import Parts
from web.wiring.settings import Settings

MEMBER = {"first_name": "Aino", "last_name": "Virtanen", "email": "aino@example.org", "phone": ""}


@dataclass
class Clock:
    """A clock that stands still until told."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Bank:
    """A named provider. `mood` is willing, refusing or silent; it remembers what it was asked."""

    clock: Clock
    name: str = "stripe"
    account: str = "acct_test"
    live: bool = False
    mood: str = "willing"
    page: str = "https://pay.example/session"
    asked: list[PaymentAsk | RefundAsk] = field(default_factory=list)

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> Any:
        self.asked.append(ask)
        if self.mood == "silent":
            return NoAnswer("time-out")
        return CreatePaymentSuccess(
            provider_reference=f"cs_{ask.correlation_id.hex[:8]}",
            redirect_url=self.page,
            expires_at=ask.expires_at,
            try_number=try_number,
        )

    recover_payment = create_payment

    def expire_payment(self, reference: str) -> bool:
        return True

    def refund(self, ask: RefundAsk) -> Any:
        self.asked.append(ask)
        if self.mood == "silent":
            return NoAnswer("time-out")
        if self.mood == "refusing":
            return CreateRefundFailure(code="declined", try_number=ask.try_number)
        return Accepted(
            outcome=CreateRefundSuccess(
                payment=ask.payment,
                amount=ask.amount,
                provider_reference=f"re_{ask.correlation_id.hex[:8]}",
                try_number=ask.try_number,
            )
        )

    def find_refund(self, ask: RefundAsk) -> Any:
        return None


@dataclass
class Limits:
    """Counts in memory, without ever forgetting."""

    presses: dict[str, int] = field(default_factory=dict)

    def hit(self, key: str, *, per_seconds: int, limit: int) -> Hit:
        self.presses[key] = self.presses.get(key, 0) + 1
        return Hit(limit - self.presses[key], per_seconds)


class World:
    """Everything behind the pages, and a browser in front of them."""

    base = "http://localhost"

    def __init__(
        self,
        *,
        fee_percent: str = "0",
        period_days: int = 14,
        grace_period: int | None = None,
        parts: bool = False,
    ) -> None:
        self.clock = Clock()
        self.bank = Bank(self.clock)
        recorder = MemoryStampRecorder(clock=self.clock)
        keyring = Keyring(os.urandom(32), ledger=recorder.ledger_id, store=recorder.keys)
        self.store = StampLedger(recorder, keyring=keyring)
        self.slugs, self.payments = ["winterfest"], 0
        self.pictures = MemoryPictures()
        self.shops = Shops(
            self.store,
            lambda: [shop_id(one) for one in self.slugs],
            keep_pictures=self.pictures.keep,
        )
        self.cases = Cases(self.store)
        self.orders = Orders(self.store, self.shops, self.cases)
        self.carts = MemoryCarts()
        self.sessions, self.passkeys = MemorySessions(), MemoryPasskeys()
        self.staff_post = InvitationPost()
        self.links, self.post = MemorySignInLinks(), Post()
        self.place_links, self.place_post = MemoryPlaceLinks(), PlacePost()
        self.taken: dict[UUID, tuple[int, int, int]] = {}
        policy = CancellationPolicy(
            period_days=period_days,
            fee_fixed=Money(0, "EUR"),
            fee_percent=fee_percent,
            parts=parts,
        )
        spec = winterfest(policy)
        later = replace(spec.preferences, grace_period=grace_period)
        self.shops.import_shop(replace(spec, preferences=later), actor="test", at=self.clock())
        self.parts = self._parts()
        self.app = create_app(self.parts)
        self.browser = self.app.test_client()

    def another_shop(self, slug: str, **changes: Any) -> None:
        """One more shop, which sells the same under a name of its own."""
        spec = winterfest(CancellationPolicy(period_days=14, fee_fixed=Money(0, "EUR")))
        named = {"name": {"en": slug.capitalize()}, **changes}
        spec = replace(spec, slug=slug, preferences=replace(spec.preferences, **named))
        self.shops.import_shop(spec, actor="test", at=self.clock())
        self.slugs.append(slug)

    def _parts(self) -> Parts:
        return Parts(
            settings=Settings(home=Path(), base_url="http://localhost", secret_key="for tests"),
            clock=self.clock,
            store=self.store,
            orders=self.orders,
            shops=self.shops,
            cases=self.cases,
            providers={"stripe": self.bank},
            doors={},
            keyring=self.store.keyring,
            seats=self.seats,
            views=ViewsInMemory(self.store),
            reports=ReportsInMemory(self.store),
            report_file=report_file,
            inbox=MemoryInbox(),
            limits=Limits(),
            tokens=TokensInMemory(),
            letter_text=partial(letter_text, base_url="http://localhost", own=OwnWords(self.shops)),
            letter_look=partial(letter_look, base_url="http://localhost"),
            receipt_html=partial(receipt_html, base_url="http://localhost"),
            ticket_pdf=Press().pdf_of,
            ticket_svg=ticket_svg,
            event_ics=event_ics,
            carts=self.carts,
            sessions=self.sessions,
            passkeys=self.passkeys,
            staff=StaffMembers(self.store, lambda: staff_streams(self.store)),
            credentials=MemoryCredentials(),
            vouchers=Vouchers(self.store),
            approvals=Approvals(
                self.store,
                self.orders,
                partial(approval_streams, self.store),
                about=partial(approvals_of, self.store),
            ),
            pictures=self.pictures,
            sign_in_links=self.links,
            accounts=Accounts(self.store),
            fulfilment=fulfilment_of(
                self.store,
                self.cases,
                clock=self.clock,
                blind_index=self.store.keyring.blind_index,
            ),
            waiting=WaitingList(self.store),
            place_links=self.place_links,
            office=memory_office(post=self.staff_post),
            webhooks=MemoryWebhooks(),
            statement_marks=MemoryStatementMarks(),
            read_statements=read_statements,
            transfer_files=MemoryTransferFiles(),
            transfer_xml=pain001,
            draw_tickets=partial(drawn, keyed_hash=self.store.keyring.keyed_hash),
            send_webhook=Receiver(),
            send_sign_in_link=self.post,
            send_place_link=self.place_post,
        )

    def seats(self, quotas: Any) -> dict[UUID, tuple[int, int, int]]:
        """Plenty of each quota, but for what a test took."""
        capacity = self.shops.get("winterfest").quotas
        free = {q: (max(capacity.values()), 0, 0) for q in quotas}
        return free | self.taken

    def take_all_but(self, free: int, product: str) -> None:
        found = self.shops.get("winterfest")
        for quota in found.quota_ids(found.products[product]):
            self.taken[quota] = (1000, 1000 - free, 0)

    def with_a_page(self, order: Order) -> Order:
        """The provider has opened a payment page for it."""
        (attempt,) = order.attempts
        opened = CreatePaymentSuccess(
            provider_reference="cs_1",
            redirect_url="https://pay.example/cs_1",
            expires_at=self.clock() + timedelta(hours=23),
        )
        return self.orders.record(order.id, opened, correlation_id=attempt, actor="ledger")

    def an_order(
        self,
        product: str = "weekend",
        quantity: int = 2,
        *,
        language: str = "en",
        shop: str = "winterfest",
    ) -> Order:
        wish = PlaceOrder(
            correlation_id=uuid4(),
            actor="customer",
            at=self.clock(),
            order=uuid4(),
            lines=(Wanted(product=product, quantity=quantity),),
            customer=Customer(**MEMBER),
            language=language,
            email_index=self.store.keyring.blind_index(MEMBER["email"]),
            request_digest="digest",
            accounts={"stripe": ProviderAccount(name=self.bank.account, live=False)},
        )
        return self.orders.place(shop, wish)

    def a_paid_order(self) -> Order:
        return self.pay(self.an_order())

    def pay(self, order: Order) -> Order:
        attempt = next(iter(order.attempts.values()))
        self.payments += 1
        reference = f"pi_{self.payments}"
        paid = Paid(
            amount=order.due, provider="stripe", provider_reference=reference, method="card"
        )
        return self.orders.record(
            order.id, paid, correlation_id=attempt.correlation_id, actor="stripe"
        )

    def issue(self, order: Order) -> Order:
        """The worker claims the letter that brings the tickets."""
        (due,) = letters_due(order)
        claim = StartLetter(
            correlation_id=due.correlation_id,
            actor="worker",
            at=self.clock(),
            letter=due.letter,
            try_number=1,
            tickets=wanted_by(order),
        )
        return self.orders.handle(order.id, claim)

    def write(self, order: Order) -> Order:
        """The worker claims every letter that is due and was not begun."""
        owed = [one for one in letters_due(order) if one.is_due(self.clock())]
        for due in owed:
            if (due.correlation_id, due.letter) in order.postings:
                continue
            claim = StartLetter(
                correlation_id=due.correlation_id,
                actor="worker",
                at=self.clock(),
                letter=due.letter,
                try_number=1,
            )
            order = self.orders.handle(order.id, claim)
        return order

    def authorize(self, order: Order) -> Order:
        attempt = next(iter(order.attempts))
        kept = Authorized(amount=order.due, provider="stripe", provider_reference="pi_1")
        return self.orders.record(order.id, kept, correlation_id=attempt, actor="stripe")

    def a_link(self, order: Order, code: str = "the-code") -> str:
        wish = RequestCancellation(
            correlation_id=uuid4(), actor="customer", at=self.clock(), code=code
        )
        self.orders.handle(order.id, wish)
        return f"{address(order)}/cancel/{code}"


def address(order: Order) -> str:
    return f"/{order.terms.shop_slug}/orders/{order.id}"


def hidden(page: str, name: str) -> str:
    """The value of a hidden field, as a browser would send it."""
    for tag in re.findall(r"<input[^>]*>", page):
        if f'name="{name}"' in tag:
            found = re.search(r'value="([^"]*)"', tag)
            return found.group(1) if found else ""
    raise AssertionError(f"no field {name}")


def press(browser: FlaskClient, page: str, to: str, **fields: str) -> Any:
    """Send a form of a page, with its CSRF token."""
    token = hidden(page, "csrf_token")
    return browser.post(to, data={"csrf_token": token, **fields})
