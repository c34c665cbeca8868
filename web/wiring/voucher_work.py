"""What the worker does for people who are given vouchers: at pretix in a lane of its own."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from email.utils import parseaddr
from uuid import UUID

from adapters.mail.letters import RenderedLetter
from adapters.mail.letters.grants import grant_letter
from adapters.mail.smtp import SmtpMail
from adapters.postgres.views.queries import Views
from adapters.providers.pretix.client import API_BASE
from adapters.worker.reactor import Patience, Runs, in_turns
from adapters.worker.reactors.deliver_letter import DeliveryPolicy
from adapters.worker.reactors.grant_letters import GrantLetters
from adapters.worker.reactors.people_vouchers import PeopleVouchers, PeopleVouchersOutside
from adapters.worker.reactors.voucher_lane import VoucherAlarms, VoucherLane
from adapters.worker.reactors.voucher_uses import VoucherUses
from adapters.worker.threads import Threads
from ledger.grants.drift import DriftCases
from ledger.grants.grantee import Grantee
from ledger.grants.next_step import OwedLetter
from ledger.grants.own_shop import OwnShop
from ledger.grants.service import Grantees
from ledger.grants.stamps import Place
from ledger.kernel.store import StampStore
from ledger.shop.service import Shops
from ledger.vouchers.service import Vouchers
from web.wiring.parts import Parts
from web.wiring.settings import Settings

_PAGE, _AT_ONCE = 200, 4
# A voucher that waits is soon looked at again: its own stamps say when it is due.
_LONGEST = timedelta(minutes=1)


def own_shop(store: StampStore, grantees: Grantees, shops: Shops) -> OwnShop:
    """Our own shops as keepers of vouchers."""

    def currency(slug: str) -> str:
        return shops.get(slug).terms.currency

    return OwnShop(store=store, grantees=grantees, vouchers=Vouchers(store), currency=currency)


def voucher_work(parts: Parts, views: Views) -> Sequence[Runs]:
    """The reactors of vouchers for people, and of their letters where there is a mail server."""
    now, lane = parts.clock, VoucherLane(clock=parts.clock)
    alarms = VoucherAlarms(cases=parts.cases, clock=now)
    keeper = parts.voucher_keepers.get(Place.PRETIX)
    here = replace(parts.fulfilment, keepers={})
    works: list[Runs] = [
        in_turns(
            "people_vouchers",
            lambda at: views.vouchers_due(now(), _PAGE, at_pretix=False, offset=at),
            each=PeopleVouchers(fulfilment=here),
            after=Patience(now, longest=_LONGEST),
            page=_PAGE,
        ),
        VoucherUses(
            grantees=parts.grantees,
            rows=views,
            keeper=keeper,
            own=parts.fulfilment.own,
            drift=DriftCases(cases=parts.cases),
            alarms=alarms,
            clock=now,
            lane=lane,
        ),
    ]
    if keeper is not None:
        works.append(_at_pretix(parts, views, lane, alarms))
    if parts.settings.smtp_url:
        works.append(_letters(parts, views))
    return works


def _at_pretix(parts: Parts, views: Views, lane: VoucherLane, alarms: VoucherAlarms) -> Runs:
    now = parts.clock

    def look(offset: int) -> Sequence[UUID]:
        if lane.rests:
            return []
        return views.vouchers_due(now(), _PAGE, at_pretix=True, offset=offset)

    return in_turns(
        "people_vouchers:pretix",
        look,
        each=PeopleVouchersOutside(fulfilment=parts.fulfilment, alarms=alarms, lane=lane),
        after=Patience(now, longest=_LONGEST),
        page=_PAGE,
        threads=Threads(most=_AT_ONCE, name="people_vouchers:pretix"),
    )


def _letters(parts: Parts, views: Views) -> Runs:
    settings, now, policy = parts.settings, parts.clock, DeliveryPolicy()
    assert settings.smtp_url is not None, "asked before"
    mail = SmtpMail(
        settings.smtp_url,
        settings.mail_from,
        clock=now,
        starttls_required=settings.smtp_starttls_required,
    )
    letters = GrantLetters(
        grantees=parts.grantees,
        cases=parts.cases,
        mail=mail,
        render=_render(parts, settings),
        keyed_hash=parts.keyring.keyed_hash,
        mail_domain=parseaddr(settings.mail_from)[1].rpartition("@")[2],
        clock=now,
        policy=policy,
    )
    return in_turns(
        "grant_letters",
        lambda at: views.grant_letters_due(_PAGE, offset=at),
        each=letters,
        after=Patience(now, longest=_LONGEST),
        page=_PAGE,
        threads=Threads(most=_AT_ONCE, name="grant_letters"),
    )


def _render(parts: Parts, settings: Settings) -> Callable[[Grantee, OwedLetter], RenderedLetter]:
    pretix = (settings.pretix_api_base or API_BASE).rstrip("/").removesuffix("/api/v1")

    def render(grantee: Grantee, owed: OwedLetter) -> RenderedLetter:
        assert grantee.listed is not None, "only who is listed is written to"
        rules = parts.grantees.programme(grantee.listed.shop).rules
        return grant_letter(
            grantee,
            owed,
            parts.shops.get(grantee.listed.shop_slug).terms,
            base_url=settings.base_url,
            pretix_url=pretix,
            until=rules.destination.valid_until if rules else None,
        )

    return render
