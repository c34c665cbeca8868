"""A shop at a provider's till: the real web app and worker over a ledger that outlives them."""

import random
from collections import Counter as Counted
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.keys.key_ring import Keyring
from adapters.keys.ticket_codes import drawn
from adapters.report_files.files import report_file
from adapters.statements.pain001 import pain001
from adapters.statements.read import read_statements
from adapters.store.ledger import StampLedger
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
from adapters.worker.look_up import LookUp
from adapters.worker.open_cases import Desk
from adapters.worker.reactor import Patience, Progress, Reactor
from adapters.worker.reactors.captures import Captures
from adapters.worker.reactors.follow_orders import Following, MemoryCursor
from adapters.worker.reactors.inbox import Inbox
from adapters.worker.reactors.open_payments import Payments
from adapters.worker.reactors.pending_refunds import Promises
from ledger.accounts.service import Accounts
from ledger.approvals.service import Approvals
from ledger.audit.verify import Verification
from ledger.cases.service import Cases
from ledger.order.due import Due
from ledger.order.letters_due import owed
from ledger.order.order import Order
from ledger.order.service import Orders
from ledger.order.stamps import Letter, OrderPlaced
from ledger.shop.service import Shops
from ledger.shop.stamps import Release, shop_id
from ledger.staff.service import StaffMembers
from ledger.vouchers.service import Vouchers
from ledger.waiting_list.service import WaitingList
from tests.kits.grants import fulfilment_of
from tests.kits.office import memory_office
from tests.kits.report_figures import ReportsInMemory
from tests.kits.web_fakes import LimitsInMemory, Receiver, TokensInMemory, ViewsInMemory
from tests.kits.worker import LedgerFeed, reading
from tests.kits.worlds import SPEC, with_policy
from tests.stand_ins.serving import Message
from tests.stand_ins.till import Till
from web.app import create_app
from web.http.addresses import return_address
from web.wiring.clock import clock
from web.wiring.parts import Parts, intake, open_pages
from web.wiring.settings import Settings

PUBLIC = "http://localhost"
SHOP = f"/api/v1/shops/{SPEC.slug}"
ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org", "phone": ""}
PRICE = 7000
# So much stays with the shop that a second refund would be possible: a repeated one shows.
FEE = 4000
# Longer than the worker leaves the web for what it began, and than a link's pause.
A_WHILE = 70
_RECEIPTS = (Letter.PAID, Letter.REFUNDED, Letter.CANCELLED)


class Killed(BaseException):
    """kill -9: nobody in the process has a chance to tidy up."""


class Views(ViewsInMemory):
    """The lists of the database, with the one that finds an order by its provider's reference."""

    def order_ids(self) -> Sequence[UUID]:
        return [one.stream for one in self._all() if isinstance(one.stamp, OrderPlaced)]

    def order_of(self, provider: str, reference: str) -> UUID | None:
        orders = Orders(self.ledger, Shops(self.ledger), Cases(self.ledger))
        for id in self.order_ids():
            for attempt in orders.get(id).attempts.values():
                if attempt.provider == provider and reference in (
                    attempt.session,
                    attempt.reference,
                ):
                    return id
        return None


class Counter:
    """`restart` forgets everything that a process holds; what `recorder` and `inbox` open stays.

    `wire` wraps what a process reaches outside of itself, for tests that cut it. With `grace`
    seconds, payments are authorized first and captured after them.
    """

    def __init__(
        self,
        till: Till,
        *,
        clock_file: Path,
        recorder: Callable[[], StampRecorder],
        inbox: Callable[[Keyring], Any] | None = None,
        wire: Callable[[Any], Any] = lambda part: part,
        manner: "Manner | None" = None,
        grace: int | None = None,
    ) -> None:
        self.till, self.clock_file, self._wire = till, clock_file, wire
        self.clock = clock(clock_file)
        memory = MemoryInbox()
        self._recorder, self._inbox = recorder, inbox or (lambda _: memory)
        self.manner = manner or Manner()
        self.heard: list[Message] = []
        self._start()
        ahead = self.clock() + timedelta(days=60)
        kept = with_policy(Release.AT_REFUND_ACCEPTED, fee=FEE)
        preferences = replace(
            kept.preferences,
            provider=till.provider,
            starts_at=ahead,
            grace_period=grace,
            # Asked of shops that are paid by hand, and told by no other.
            how_to_pay={"en": "By bank transfer."} if till.provider == "manual" else {},
        )
        spec = replace(kept, preferences=preferences, quotas={"weekend": 50, "friday": 50})
        Shops(self.ledger).import_shop(spec, actor="test", at=self.clock())

    def close(self) -> None:
        self.ledger.close()

    def restart(self) -> None:
        self.close()
        self._start()

    def _start(self) -> None:
        recorder = self._recorder()
        keys: Any = getattr(recorder, "keys")  # noqa: B009 (not part of the recorder's port)
        keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=keys)
        self.ledger, self.inbox = StampLedger(recorder, keyring=keyring), self._inbox(keyring)
        store = self._wire(self.ledger)
        shops, cases = Shops(store, lambda: [shop_id(SPEC.slug)]), Cases(store)
        provider, door = self.till.connect()
        self.views = Views(self.ledger)
        orders = Orders(store, shops, cases)
        self.parts = Parts(
            settings=Settings(home=Path(), base_url=PUBLIC, secret_key="for tests only"),
            clock=self.clock,
            store=store,
            orders=orders,
            shops=shops,
            cases=cases,
            providers={self.till.provider: self._wire(provider)},
            doors={self.till.provider: door} if door else {},
            pages=_pages(provider),
            books=_books(provider),
            keyring=keyring,
            seats=lambda quotas: dict.fromkeys(quotas, (50, 0, 0)),
            views=self.views,
            reports=ReportsInMemory(self.ledger),
            report_file=report_file,
            inbox=self._wire(self.inbox),
            limits=LimitsInMemory(),
            tokens=TokensInMemory({**self.till.tokens}),
            carts=MemoryCarts(),
            sessions=MemorySessions(),
            passkeys=MemoryPasskeys(),
            staff=StaffMembers(store, list),
            credentials=MemoryCredentials(),
            vouchers=Vouchers(store),
            approvals=Approvals(store, orders, lambda since: [], about=lambda orders: []),
            pictures=MemoryPictures(),
            sign_in_links=MemorySignInLinks(),
            accounts=Accounts(store),
            fulfilment=fulfilment_of(
                store, cases, clock=self.clock, blind_index=keyring.blind_index
            ),
            waiting=WaitingList(store),
            place_links=MemoryPlaceLinks(),
            office=memory_office(),
            webhooks=MemoryWebhooks(),
            statement_marks=MemoryStatementMarks(),
            read_statements=read_statements,
            transfer_files=MemoryTransferFiles(),
            transfer_xml=pain001,
            draw_tickets=partial(drawn, keyed_hash=keyring.keyed_hash),
            send_webhook=Receiver(),
        )
        self.__dict__.pop("client", None)
        self.till.opened(find=self.views.order_of, order=self.order)

    @cached_property
    def client(self) -> Any:
        """The web of this process, which begins with the first call: a worker's has none."""
        app = create_app(self.parts)
        app.testing = False
        return app.test_client()

    # What customers do

    def place(self, name: str = "order") -> UUID:
        """The order, and its page if the provider answered; again under the same key."""
        lines = [{"product": "weekend", "quantity": 2}]
        body = {"customer": ADA, "language": "en", "lines": lines}
        answer = self.client.post(f"{SHOP}/orders", json=body, headers=_key(name))
        assert answer.status_code == 201, answer.text
        return UUID(answer.json["order"]["id"])

    def pay_again(self, order: UUID, name: str = "again") -> None:
        """A new attempt, if the order is payable."""
        answer = self.client.post(f"{SHOP}/orders/{order}/payments", headers=_key(name))
        assert answer.status_code in (201, 409), answer.text

    def change_mind(self, order: UUID, name: str = "order") -> Any:
        """Cancel within the grace period, with the token of whoever placed the order."""
        self.step()
        lines = [{"product": "weekend", "quantity": 2}]
        body = {"customer": ADA, "language": "en", "lines": lines}
        placed = self.client.post(f"{SHOP}/orders", json=body, headers=_key(name)).json
        token = {"x-modification-token": placed["modification_token"]}
        return self.client.post(f"/store/orders/{order}/cancel", headers=token)

    def come_back(self, order: UUID) -> str:
        """The browser returns from the payment page; what it shows then."""
        self.step()
        answer = self.client.get(f"/{SPEC.slug}/orders/{order}?paid=1")
        assert answer.status_code == 200
        return str(answer.text)

    def asked(self, order: UUID) -> str:
        """The status, as the page's own script asks for it."""
        self.step()
        return str(self.client.get(f"{SHOP}/orders/{order}?paid=1").json["status"])

    def ask_to_cancel(self, order: UUID) -> None:
        answer = self.client.post(f"{SHOP}/orders/{order}/cancellation-requests")
        assert answer.status_code in (202, 409, 429), answer.text

    def confirm_cancellation(self, order: UUID) -> str:
        """The word on the refund."""
        link = self.parts.orders.get(order).newest_link
        assert link is not None
        answer = self.client.post(
            f"{SHOP}/orders/{order}/cancellation", json={"code": link.code}, headers=_key("confirm")
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json["refund"])

    def cancel(self, order: UUID) -> str:
        self.step()
        self.ask_to_cancel(order)
        self.step()
        return self.confirm_cancellation(order)

    # What providers do

    def tell(self, *more: Message) -> None:
        """All news, in this counter's manner."""
        fresh = [*self.till.news(), *more]
        for message in self.manner.arranged(fresh, self.heard):
            self.step()
            self.deliver(self.till.seal(message))
        self.heard += fresh

    def deliver(self, message: Message) -> int:
        """One message at the web's door, as it stands; the status of the answer."""
        answer = self.client.open(
            message.target,
            method=message.method,
            data=message.body,
            headers=dict(message.headers),
        )
        return int(answer.status_code)

    # What time and the worker do

    def pass_(self, seconds: float = A_WHILE) -> None:
        before = float(self.clock_file.read_text() or 0)
        self.clock_file.write_text(str(before + seconds))

    def work(self) -> None:
        """Everything that is due, once; nothing that the last process remembered."""
        self.step()
        parts, desk, patience = self.parts, Desk(self.parts.cases), Patience(self.clock)
        look_up = LookUp(books=parts.books, pages=parts.pages, intake=intake(parts))
        read = Inbox(
            kept=self.inbox,
            doors=parts.doors,
            orders=parts.orders,
            cases=parts.cases,
            find_order=self.views.order_of,
            clock=self.clock,
            look_up=look_up,
            look_up_refunds=look_up.refunds,
        )
        reading(self.inbox, read, self.clock).run()
        Following(
            orders=parts.orders,
            feed=LedgerFeed(self.ledger),
            cursor=MemoryCursor(),
            desk=desk,
            clock=self.clock,
            patience=patience,
        ).run()
        pay = Payments(
            orders=parts.orders,
            providers=parts.providers,
            pages=open_pages(parts),
            desk=desk,
            return_url=lambda order: return_address(PUBLIC, order.terms.shop_slug, order.id),
            clock=self.clock,
        )
        ask = Promises(orders=parts.orders, providers=parts.providers, clock=self.clock)
        capture = Captures(
            orders=parts.orders, providers=parts.providers, desk=desk, clock=self.clock
        )
        works: dict[str, Callable[[UUID], Progress]]
        works = {"payments": pay, "promises": ask, "captures": capture}
        for name, act in works.items():
            Reactor(name=name, find=self.views.order_ids, each=act, after=patience).run()

    def step(self) -> None:
        """Between any two steps: a manner may kill here."""
        if self.manner.restarts:
            self.restart()

    def come_to_rest(self) -> None:
        """Time passes, the worker works and the provider tells, until nothing is left to do."""
        for _ in range(3):
            self.pass_()
            self.work()
            self.tell()

    # What can be seen

    def order(self, id: UUID) -> Order:
        return self.parts.orders.get(id)

    def shown(self, id: UUID) -> Any:
        return self.client.get(f"{SHOP}/orders/{id}").json

    def status(self, id: UUID) -> str:
        return str(self.shown(id)["status"])

    def pages(self, id: UUID) -> Sequence[str]:
        """The payment pages of an order, the oldest first."""
        return [one.session for one in self.order(id).attempts.values() if one.session]

    def page(self, id: UUID) -> str:
        return self.pages(id)[-1]

    def receipts(self, id: UUID) -> Sequence[Due]:
        """What is written to the customer about money, sent or not."""
        return [one for one in owed(self.order(id)) if one.letter in _RECEIPTS]

    def cases(self) -> list[str]:
        return sorted(one.kind for one in self.views.cases("open"))

    def agrees_with_the_provider(self) -> None:
        """Law and money: the auditor finds nothing, and what we hold is what the provider says."""
        for id in self.views.order_ids():
            money = self.shown(id)["money"]
            ours = money["received"] - money["refund_pending"] - money["refunded"]
            assert ours == sum(self.till.held(page) for page in {*self.pages(id)}), money
            receipts = Counted(one.correlation_id for one in self.receipts(id))
            assert set(receipts.values()) <= {1}, receipts
        assert [str(one) for one in Verification(self.ledger.stored())] == []
        assert list(self.till.complaints()) == []


class Manner:
    """How news comes: in order and once, unless told otherwise."""

    restarts = False

    def arranged(self, fresh: Sequence[Message], heard: Sequence[Message]) -> Iterable[Message]:
        return fresh


class Restarting(Manner):
    """In order, with a kill before each step."""

    restarts = True


class Backwards(Manner):
    """Twice, the last word first, and then what was heard before."""

    def arranged(self, fresh: Sequence[Message], heard: Sequence[Message]) -> Iterable[Message]:
        return [*fresh[::-1], *fresh[::-1], *heard]


class Losing(Manner):
    """In order and once, but one message never comes. `lost` once it has been withheld."""

    def __init__(self, number: int) -> None:
        self._left, self.lost = number, False

    def arranged(self, fresh: Sequence[Message], heard: Sequence[Message]) -> Iterable[Message]:
        for message in fresh:
            self._left -= 1
            if self._left == -1:
                self.lost = True
            else:
                yield message


class Shuffled(Manner):
    """News up to three times, and what was told before up to twice more, as the dice say."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def arranged(self, fresh: Sequence[Message], heard: Sequence[Message]) -> Iterable[Message]:
        copies = [one for one in fresh for _ in range(self._dice.randint(1, 3))]
        copies += [one for one in heard for _ in range(self._dice.randint(0, 2))]
        self._dice.shuffle(copies)
        return copies


def _pages(provider: Any) -> dict[str, Any]:
    return {provider.name: provider} if hasattr(provider, "page") else {}


def _books(provider: Any) -> dict[str, Any]:
    return {provider.name: provider} if hasattr(provider, "record") else {}


def _key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": f"conformance-{name}"}
