"""The one place that knows every part. Read it to see how the product is wired."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic

from adapters.audit.processes import audit_processes
from adapters.background_tasks import Errands
from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from adapters.keys.master_key import Renewal, Wrapping, renew_all
from adapters.keys.ticket_codes import drawn
from adapters.keys.voucher_codes import drawn_code
from adapters.mail.letters import letter_look, letter_text, receipt_html
from adapters.mail.letters.how_to_pay import transfer_svg
from adapters.mail.tickets.event import event_ics
from adapters.mail.tickets.machine_codes import ticket_svg
from adapters.mail.tickets.press import Press
from adapters.mail_catcher.letterbox import Letterbox
from adapters.postgres.connections import Connections
from adapters.postgres.keys.data_keys import EvidenceAudit, PostgresKeys
from adapters.postgres.ledger.notify import Hints, listen
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.ledger.shop_streams import PostgresCatalogue
from adapters.postgres.ledger.staff_streams import StaffStreams
from adapters.postgres.ledger.statement_marks import PostgresStatementMarks
from adapters.postgres.ledger.transfer_files import PostgresTransferFiles
from adapters.postgres.migrate import migrate
from adapters.postgres.roles import check_role_at
from adapters.postgres.views.brief_seats import BriefSeats
from adapters.postgres.views.order_words import WordTable
from adapters.postgres.views.queries import Views
from adapters.postgres.views.reports import ReportViews
from adapters.postgres.working.ask_once import PostgresOnce
from adapters.postgres.working.carts import PostgresCarts
from adapters.postgres.working.cursors import PostgresCursors
from adapters.postgres.working.inbox import PostgresInbox
from adapters.postgres.working.passkeys import PostgresPasskeys
from adapters.postgres.working.pictures import PostgresPictures
from adapters.postgres.working.place_links import PostgresPlaceLinks
from adapters.postgres.working.presence import PostgresPresence
from adapters.postgres.working.rate_limits import RateLimits
from adapters.postgres.working.saved_views import PostgresSavedViews
from adapters.postgres.working.sessions import PostgresSessions
from adapters.postgres.working.sign_in_links import PostgresSignInLinks
from adapters.postgres.working.staff import PostgresCredentials
from adapters.postgres.working.staff_invitations import PostgresInvitations
from adapters.postgres.working.tokens import Tokens
from adapters.postgres.working.webhooks import PostgresWebhooks
from adapters.providers.calls import ProviderCalls
from adapters.report_files.files import report_file
from adapters.statements.pain001 import pain001
from adapters.statements.read import read_statements
from adapters.store.ledger import LatelyInMemory, StampLedger
from adapters.webhooks.post import WebhookPost
from adapters.webhooks.public_network import LOOPBACK, AllowedPlaces
from adapters.worker.daemon import Daemon
from adapters.worker.feed import Feed
from adapters.worker.open_cases import Desk
from adapters.worker.projector.reactor import Projections
from adapters.worker.projector.views import DerivableViews
from adapters.worker.reactor import Clock, Patience
from adapters.worker.reactors.follow_orders import Following
from adapters.worker.reactors.letters import Owing
from adapters.worker.reactors.order_words import WordFinder
from adapters.worker.reactors.webhooks import Webhooks
from ledger.accounts.service import Accounts
from ledger.approvals.service import Approvals
from ledger.cases.service import Cases
from ledger.grants.fulfilment import Fulfilment
from ledger.grants.service import Grantees
from ledger.order.own_words import OwnWords
from ledger.order.service import Orders
from ledger.shop.cache import ShopCache
from ledger.shop.service import Shops
from ledger.staff.service import StaffMembers
from ledger.vouchers.service import Vouchers
from ledger.waiting_list.service import WaitingList
from web.wiring.clock import clock
from web.wiring.keys import kept_key, keys_of
from web.wiring.link_letters import invitation_post, sign_in_post
from web.wiring.mailings import letter_test, mailing_work
from web.wiring.office import Office
from web.wiring.parts import Parts
from web.wiring.persons import nobody
from web.wiring.providers import destination_check, voucher_keepers, ways_to_pay
from web.wiring.reactors import (
    WATCHED,
    desk_work,
    due_letters,
    letter_work,
    provider_work,
    pulse,
)
from web.wiring.settings import Settings, SettingWrong
from web.wiring.voucher_work import own_shop, voucher_work
from web.wiring.waiting_reactors import place_post, waiting_work

# Customers wait for these. What recovers or waits for a time of day looks a few times a second.
PROMPT = ("projections", "following", "letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """The parts that the web is handed, and those that only worker and commands need."""

    parts: Parts
    ledger: StampLedger
    feed: Feed
    views: DerivableViews
    words: WordFinder
    webhooks: PostgresWebhooks
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
    connections = stack.enter_context(closing(Connections(url, readers=readers)))
    seats = BriefSeats(Views(connections).seats)

    def after_commit() -> None:
        seats.committed()
        hints.send()

    recorder = PostgresStampRecorder(url, clock=now, readers=readers, after_commit=after_commit)
    keyring, wrapping = keys_of(settings, recorder)
    store = stack.enter_context(closing(StampLedger(recorder, keyring=keyring)))
    cache = ShopCache((monotonic, lambda: now().timestamp()))
    pictures = PostgresPictures(connections)
    shops = Shops(
        store, PostgresCatalogue(connections).shops, cache=cache, keep_pictures=pictures.keep
    )
    cases = Cases(store)
    ways, calls = ways_to_pay(settings, PostgresOnce(connections)), ProviderCalls()
    feed = Feed(store, shared=True)
    words = WordFinder(ledger=store, table=WordTable(connections), feed=feed)
    views = DerivableViews(connections, store=store, url=url, words=words)
    inbox = PostgresInbox(url, keyring=keyring, after_keeping=hints.send, taken_up=store.in_hand)
    tokens, webhooks = Tokens(connections), PostgresWebhooks(connections, seal=keyring)
    sender = stack.enter_context(closing(_webhook_sender(settings, now)))
    staff_streams = StaffStreams(connections)
    orders = Orders(store, shops, cases, lately=LatelyInMemory())
    grantees, keepers = Grantees(store), voucher_keepers(settings)
    parts = Parts(
        settings=settings,
        clock=now,
        store=store,
        orders=orders,
        shops=shops,
        cases=cases,
        providers={name: calls.watched(way.provider) for name, way in ways.items()},
        doors={name: way.door for name, way in ways.items() if way.door},
        keyring=keyring,
        seats=seats,
        views=views,
        inbox=inbox,
        limits=RateLimits(connections),
        tokens=tokens,
        carts=PostgresCarts(connections),
        sessions=PostgresSessions(connections),
        passkeys=PostgresPasskeys(connections),
        staff=StaffMembers(store, staff_streams.members),
        credentials=PostgresCredentials(connections),
        vouchers=Vouchers(store),
        approvals=Approvals(
            store, orders, staff_streams.approvals, about=staff_streams.approvals_of
        ),
        pictures=pictures,
        sign_in_links=PostgresSignInLinks(connections),
        accounts=Accounts(store),
        fulfilment=Fulfilment(
            grantees=grantees,
            keepers=keepers,
            own=own_shop(store, grantees, shops),
            cases=cases,
            draw=partial(drawn_code, keyring.blind_index),
            clock=now,
        ),
        waiting=WaitingList(store),
        place_links=PostgresPlaceLinks(connections),
        office=Office(
            presence=PostgresPresence(connections),
            saved_views=PostgresSavedViews(connections, seal=keyring),
            invitations=PostgresInvitations(connections, seal=keyring),
            send_invitation=invitation_post(settings, now, shops=shops),
        ),
        webhooks=webhooks,
        send_webhook=sender,
        statement_marks=PostgresStatementMarks(connections),
        read_statements=read_statements,
        transfer_files=PostgresTransferFiles(connections),
        transfer_xml=pain001,
        draw_tickets=partial(drawn, keyed_hash=keyring.keyed_hash),
        send_sign_in_link=sign_in_post(settings, now),
        send_place_link=place_post(settings, now, shops=shops),
        send_letter_test=letter_test(settings, now),
        auditors=partial(audit_processes, url),
        evidence=EvidenceAudit(url, keyring=keyring, wrapping=wrapping),
        transfer_svg=transfer_svg,
        letter_text=partial(letter_text, base_url=settings.base_url, own=OwnWords(shops)),
        letter_look=partial(letter_look, base_url=settings.base_url),
        receipt_html=partial(receipt_html, base_url=settings.base_url),
        ticket_pdf=Press().pdf_of,
        ticket_svg=ticket_svg,
        event_ics=event_ics,
        aside=stack.enter_context(closing(Errands())),
        books={name: way.books for name, way in ways.items() if way.books},
        pages={name: calls.watched(way.pages) for name, way in ways.items() if way.pages},
        calls=calls.read,
        reports=ReportViews(connections),
        report_file=report_file,
        mailbox=Letterbox(settings.mail_catcher).forget if settings.mail_catcher else nobody,
        reported={name: way.reported for name, way in ways.items() if way.reported},
        payouts={name: way.payouts for name, way in ways.items() if way.payouts},
        check_destination=destination_check(settings),
    )
    return Works(
        parts=parts,
        ledger=store,
        feed=feed,
        views=views,
        words=words,
        webhooks=webhooks,
        inbox=inbox,
        tokens=tokens,
        cursors=PostgresCursors(connections),
        renew_keys=lambda progress: _renew(settings, wrapping, progress),
    )


def _webhook_sender(settings: Settings, now: Clock) -> WebhookPost:
    """To public addresses only; in the demo to this machine, too, where nothing is public."""
    also = (*settings.webhook_networks, *(LOOPBACK if settings.demo else ()))
    return WebhookPost(AllowedPlaces(also=also), clock=now, plain=settings.demo)


def _renew(settings: Settings, wrapping: Wrapping, progress: Callable[[int, int], None]) -> Renewal:
    """As the owner: the application's role can add data keys, and rewrite none."""
    if settings.migrate_database_url is None:
        raise SettingWrong("STAMPLEDGER_MIGRATE_DATABASE_URL", "is required to wrap keys anew")
    with closing(Connections(settings.migrate_database_url, readers=1)) as owner:
        return renew_all(
            PostgresKeys(partial(owner.rows, patience=10)), wrapping, progress=progress
        )


def follow(works: Works) -> None:
    """Bring the rows up to the ledger once, where no worker does."""
    url = works.parts.settings.database_url
    assert url is not None
    with closing(Projections(store=works.ledger, url=url, desk=Desk(works.parts.cases))) as rows:
        rows.run()
    while works.words.run().done:
        pass


def daemon(works: Works) -> Daemon:
    """The worker: projections first, then whatever the ledger calls for outside."""
    parts, views, now = works.parts, works.views, works.parts.clock
    assert parts.settings.database_url is not None
    desk, patience = Desk(parts.cases), Patience(now)
    owing = Owing(look=due_letters(views, now, patience=patience), clock=now)
    return Daemon(
        listen=partial(listen, parts.settings.database_url),
        prompt=PROMPT,
        pulse=partial(pulse, views, now),
        watched=WATCHED,
        reactors=[
            Projections(
                store=works.ledger, url=parts.settings.database_url, desk=desk, feed=works.feed
            ),
            Following(
                orders=parts.orders,
                feed=works.feed,
                cursor=works.cursors,
                desk=desk,
                clock=now,
                patience=Patience(now),
                owes=owing.tell,
            ),
            works.words,
            *provider_work(parts, views, works.inbox, desk=desk),
            letter_work(parts, works.ledger, find=owing, desk=desk, patience=patience),
            *waiting_work(parts, views),
            *mailing_work(parts, views),
            *desk_work(parts, views),
            *voucher_work(parts, views),
            Webhooks(
                ledger=works.ledger,
                waiting=works.webhooks,
                send=parts.send_webhook,
                cases=parts.cases,
                clock=now,
            ),
        ],
    )
