"""Which payment providers the settings call for, each with the door that its news come through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.providers.manual import ManualPayments
from adapters.providers.pace import Pace
from adapters.providers.paytrail import PaytrailDoor, PaytrailPayments, PaytrailReports
from adapters.providers.pretix import PretixVouchers
from adapters.providers.pretix.check import PretixCheck
from adapters.providers.pretix.client import CALLS_A_SECOND
from adapters.providers.stripe import StripeDoor, StripePayments
from adapters.providers.sumup import SumupDoor, SumupPayments
from ledger.grants.keeper import DestinationCheck, VoucherKeeper
from ledger.grants.stamps import Destination, Place
from ledger.inbox.ports import WebhookDoor
from ledger.payments.ask_once import Once
from ledger.payments.payment_pages import PageProvider
from ledger.payments.provider import PaymentProvider
from ledger.reconciliation.by_reference import Reported
from ledger.reconciliation.payouts import PayoutBooks
from ledger.reconciliation.records import Books
from web.wiring.settings import Settings, SettingWrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A provider, and the door of its news; its books and pages where they can be read again.

    Books that cannot be listed are `reported`: asked for one by one, and told of by reports.
    """

    provider: PaymentProvider
    door: WebhookDoor | None = None
    books: Books | None = None
    pages: PageProvider | None = None
    reported: Reported | None = None
    payouts: PayoutBooks | None = None


def ways_to_pay(settings: Settings, once: Once) -> Mapping[str, Way]:
    """Every provider whose settings are there, and money by hand, which needs none.

    Raises `SettingWrong` where settings do not fit.
    """
    others = [*_stripe(settings), *_paytrail(settings, once), *_sumup(settings, once)]
    found = [*others, Way(provider=ManualPayments())]
    if settings.clock_file and any(way.provider.live for way in found):
        raise SettingWrong("STAMPLEDGER_CLOCK_FILE", "is refused with a live provider key")
    return {way.provider.name: way for way in found}


def _stripe(settings: Settings) -> list[Way]:
    if not settings.stripe_api_key:
        return []
    assert settings.stripe_webhook_secret is not None, "settings were checked before"
    account = settings.stripe_account
    payments = StripePayments(
        settings.stripe_api_key, account=account, api_base=settings.stripe_api_base
    )
    door = StripeDoor(*settings.stripe_webhook_secret.split(","), account=account)
    return [Way(provider=payments, door=door, books=payments, pages=payments, payouts=payments)]


def _paytrail(settings: Settings, once: Once) -> list[Way]:
    account, secret = settings.paytrail_account, settings.paytrail_secret
    if not account or not secret:
        return []
    try:
        payments = PaytrailPayments(
            account,
            secret,
            api_base=settings.paytrail_api_base,
            public_url=settings.base_url,
            once=once,
        )
    except ValueError as error:
        raise SettingWrong("STAMPLEDGER_BASE_URL", f"does not fit: {error}") from None
    reports = PaytrailReports(
        account, secret, api_base=settings.paytrail_api_base, public_url=settings.base_url
    )
    return [
        Way(
            provider=payments,
            door=PaytrailDoor(account, secret),
            pages=payments,
            reported=Reported(payments, reports),
        )
    ]


def _sumup(settings: Settings, once: Once) -> list[Way]:
    api_key, merchant = settings.sumup_api_key, settings.sumup_merchant_code
    if not api_key or not merchant:
        return []
    payments = SumupPayments(
        api_key,
        merchant_code=merchant,
        api_base=settings.sumup_api_base,
        public_url=settings.base_url,
        sandbox=settings.sumup_sandbox,
        once=once,
    )
    door = SumupDoor(payments, webhook_secret=settings.sumup_webhook_secret)
    return [Way(provider=payments, door=door, books=payments, pages=payments, payouts=payments)]


def voucher_keepers(settings: Settings) -> Mapping[Place, VoucherKeeper]:
    """Who else keeps vouchers for people: a pretix, where its token is there."""
    if not settings.pretix_token:
        return {}
    pretix = PretixVouchers(
        settings.pretix_token, api_base=settings.pretix_api_base, pace=Pace(CALLS_A_SECOND).wait
    )
    return {Place.PRETIX: pretix}


def destination_check(
    settings: Settings,
) -> Callable[[Destination], DestinationCheck] | None:
    """What looks whether vouchers can be made at an event of pretix, where its token is there."""
    if not settings.pretix_token:
        return None
    return PretixCheck(settings.pretix_token, api_base=settings.pretix_api_base)
