"""The one place that knows every part. Read it to see how the product is wired."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from adapters.auditing.processes import audit_processes
from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from adapters.lately import LatelyInMemory
from adapters.postgres.catalogue import PostgresCatalogue
from adapters.postgres.connections import Connections
from adapters.postgres.cursors import PostgresCursors
from adapters.postgres.hints import Hints, listen
from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.migrate import migrate
from adapters.postgres.once import PostgresOnce
from adapters.postgres.roles import check_role_at
from adapters.postgres.stamp_store import PostgresStampRecorder
from adapters.postgres.views import Views
from adapters.postgres.working import RateLimits, Tokens
from adapters.stamp_ledger import StampLedger
from adapters.worker.captures import Captures
from adapters.worker.daemon import Daemon
from adapters.worker.derivable_views import DerivableViews
from adapters.worker.desk import Desk
from adapters.worker.feed import Feed
from adapters.worker.following import Following
from adapters.worker.inbox import Inbox
from adapters.worker.looking import Look, LookUp
from adapters.worker.owing import Owing
from adapters.worker.payments import Payments
from adapters.worker.projections import Projections
from adapters.worker.promises import Promises, unhurried
from adapters.worker.reactor import Patience
from adapters.worker.timeouts import Timeouts
from adapters.wrapping import Renewal, renew_all
from ledger.cases import Cases
from ledger.service import Orders
from ledger.shops import Shops
from web.addresses import return_address
from web.clock import clock
from web.desk_work import desk_work
from web.keys import keys_of
from web.letter_work import letter_work
from web.parts import Parts, intake
from web.providers import ways_to_pay
from web.secrets_at_home import kept_key
from web.settings import Settings

MOST_AT_ONCE = 200
# Customers wait for these. What recovers or waits for a time of day looks a few times a second.
PROMPT = ("projections", "following", "letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """The parts that the web is handed, and those that only worker and commands need."""

    parts: Parts
    ledger: StampLedger
    views: DerivableViews
    inbox: PostgresInbox
    tokens: Tokens
    cursors: PostgresCursors
    renew_keys: Callable[[Callable[[int, int], None]], Renewal]


@contextmanager
def assembled(settings: Settings, *, readers: int = 8) -> Iterator[Works]:
    """Every part, wired and connected; closed in reverse order at the end."""
    with ExitStack() as stack:
        settings = stack.enter_context(_with_database(settings))
        yield _works(settings, stack, readers=readers)


@contextmanager
def _with_database(settings: Settings) -> Iterator[Settings]:
    """The settings with a database in them: the one that was named, or our own at home."""
    if settings.database_url:
        check_role_at(settings.database_url, allow_owner=settings.allow_owner)
        yield settings
        return
    with EmbeddedPostgres(settings.home) as server, server.watched():
        migrate(server.url(role=OWNER))
        yield replace(
            settings,
            database_url=server.url(),
            migrate_database_url=server.url(role=OWNER),
            master_key=settings.master_key or kept_key(settings.home, "master"),
            signing_key=settings.signing_key or kept_key(settings.home, "signing"),
            secret_key=settings.secret_key,
        )


def _works(settings: Settings, stack: ExitStack, *, readers: int) -> Works:
    url, now = settings.database_url, clock(settings.clock_file)
    assert url is not None, "a database was chosen before"
    hints = stack.enter_context(closing(Hints(url)))
    recorder = PostgresStampRecorder(url, clock=now, readers=readers, after_commit=hints.send)
    keyring, wrapping = keys_of(settings, recorder)
    store = stack.enter_context(closing(StampLedger(recorder, keyring=keyring)))
    connections = stack.enter_context(closing(Connections(url, readers=readers)))
    shops, cases = Shops(store, PostgresCatalogue(connections).shops), Cases(store)
    ways = ways_to_pay(settings, PostgresOnce(connections))
    views = DerivableViews(connections, store=store, url=url)
    tokens, inbox = Tokens(connections), PostgresInbox(url, keyring=keyring)
    parts = Parts(
        settings=settings,
        clock=now,
        store=store,
        orders=Orders(store, shops, cases, lately=LatelyInMemory()),
        shops=shops,
        cases=cases,
        providers={name: way.provider for name, way in ways.items()},
        doors={name: way.door for name, way in ways.items() if way.door},
        keyring=keyring,
        seats=views.seats,
        views=views,
        inbox=inbox,
        limits=RateLimits(connections),
        tokens=tokens,
        auditors=partial(audit_processes, url),
        books={name: way.books for name, way in ways.items() if way.books},
        pages={name: way.pages for name, way in ways.items() if way.pages},
        reported={name: way.reported for name, way in ways.items() if way.reported},
    )
    return Works(
        parts=parts,
        ledger=store,
        views=views,
        inbox=inbox,
        tokens=tokens,
        cursors=PostgresCursors(connections),
        renew_keys=lambda progress: renew_all(recorder.keys, wrapping, progress=progress),
    )


def daemon(works: Works) -> Daemon:
    """The worker: projections first, then whatever the ledger calls for outside."""
    parts, views = works.parts, works.views
    settings, now = parts.settings, parts.clock
    assert settings.database_url is not None
    desk, patience = Desk(parts.cases), Patience(now)
    owing = Owing(look=lambda: views.due_letters(now(), MOST_AT_ONCE), clock=now)
    recovery_after = timedelta(seconds=20)
    return Daemon(
        listen=partial(listen, settings.database_url),
        prompt=PROMPT,
        reactors=[
            Projections(store=works.ledger, url=settings.database_url, desk=desk),
            Inbox(
                kept=works.inbox,
                doors=parts.doors,
                orders=parts.orders,
                cases=parts.cases,
                find_order=views.order_of,
                clock=now,
                patience=patience,
                look_up=LookUp(books=parts.books, pages=parts.pages, intake=intake(parts)),
            ),
            Following(
                orders=parts.orders,
                feed=Feed(works.ledger),
                cursor=works.cursors,
                desk=desk,
                clock=now,
                patience=patience,
                owes=owing.tell,
            ),
            Payments(
                orders=parts.orders,
                find=lambda: [
                    one.order for one in views.open_intents(now() - recovery_after, MOST_AT_ONCE)
                ],
                providers=parts.providers,
                desk=desk,
                return_url=lambda order: return_address(
                    settings.base_url, order.terms.shop_slug, order.id
                ),
                clock=now,
                patience=patience,
                after=recovery_after,
            ),
            Promises(
                orders=parts.orders,
                find=lambda: views.promised_refunds(MOST_AT_ONCE),
                providers=parts.providers,
                patience=unhurried(now),
            ),
            Captures(
                orders=parts.orders,
                find=lambda: _reservations(views, now() - recovery_after, due_by=now()),
                providers=parts.providers,
                desk=desk,
                clock=now,
                patience=patience,
                after=recovery_after,
            ),
            Timeouts(
                orders=parts.orders,
                find=lambda: views.unpaid_due(now(), MOST_AT_ONCE),
                providers=parts.providers,
                clock=now,
                patience=patience,
                look=Look(pages=parts.pages, intake=intake(parts)),
            ),
            letter_work(parts, works.ledger, find=owing, desk=desk, patience=patience),
            *desk_work(parts, views, works.inbox, patience=patience),
        ],
    )


def _reservations(views: Views, asked_before: datetime, *, due_by: datetime) -> list[UUID]:
    """Orders whose authorizations are due, or were asked about without an answer."""
    asked = views.open_intents(asked_before, MOST_AT_ONCE)
    kinds = ("capture", "void")
    due = views.reservations_due(due_by, MOST_AT_ONCE)
    return [*dict.fromkeys([*due, *(one.order for one in asked if one.kind in kinds)])]
