"""The waiting list in the worker, and who sends the letters that ask to confirm a place."""

from collections.abc import Sequence
from uuid import uuid4

from adapters.mail.letters.waiting_list import confirm_letter, place_letter
from adapters.mail.smtp import Sent
from adapters.postgres.views.queries import Views
from adapters.worker.reactor import Clock, Patience, Reactor, Runs, in_turns
from adapters.worker.reactors.waiting_list import LineTurns, Places
from ledger.shop.service import Shops
from ledger.waiting_list.wish import PlaceAsked
from web.wiring.mail import mail_domain_of, mail_of
from web.wiring.parts import Parts
from web.wiring.settings import Settings
from web.wiring.waiting_list import PlacePost

_PAGE = 200


def place_post(settings: Settings, clock: Clock, *, shops: Shops) -> PlacePost | None:
    """Who sends links that confirm a place in line. None without a mail server."""
    if not settings.smtp_url:
        return None
    mail, domain = mail_of(settings, clock), mail_domain_of(settings)
    home = settings.base_url.rstrip("/")

    def send(asked: PlaceAsked, *, code: str) -> bool:
        url = f"{home}/{asked.shop}/line/confirm/{code}"
        letter = confirm_letter(asked, shops.get(asked.shop), url=url)
        return isinstance(mail.send(letter, f"<{uuid4()}.place@{domain}>"), Sent)

    return send


def waiting_work(parts: Parts, views: Views) -> Sequence[Runs]:
    """The reactors of the waiting list: whose turn it is, and what each place calls for."""
    settings = parts.settings
    turns = LineTurns(
        waiting=parts.waiting,
        shops=parts.shops,
        lines=views.lines,
        places=views.places,
        bought=views.places_bought,
        totals=parts.seats,
        clock=parts.clock,
    )
    each = Places(
        waiting=parts.waiting,
        shops=parts.shops,
        mail=mail_of(settings, parts.clock) if settings.smtp_url else None,
        render=lambda place, letter, shop: place_letter(
            place, letter, shop, base_url=settings.base_url
        ),
        keyed_hash=parts.keyring.keyed_hash,
        mail_domain=mail_domain_of(settings),
        clock=parts.clock,
    )
    look = lambda offset: views.places_due(parts.clock(), _PAGE, offset=offset)  # noqa: E731
    patience = Patience(parts.clock)
    return [
        Reactor(name="waiting_list", find=views.shops_waiting, each=turns, after=patience),
        in_turns("places", look, each=each, after=patience, page=_PAGE),
    ]
