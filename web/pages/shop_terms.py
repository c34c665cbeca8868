"""What people want to know before they choose: until when they may cancel, and how they pay."""

from collections.abc import Mapping
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from ledger.payments.capabilities import capability
from ledger.shop.shop import Shop
from ledger.shop.stamps import CancellationPolicy, Preferences
from web.i18n.format import money, percent
from web.i18n.gettext import _, ngettext

_WAYS: Mapping[str, object] = {
    "stripe": _l("You pay on Stripe's page, by card and in other ways that it offers."),
    "paytrail": _l("You pay on Paytrail's page, through your bank, by card or by phone."),
    "sumup": _l("You pay on SumUp's page, by card."),
    "manual": _l("You pay by bank transfer or as ticket sales tell you."),
}


def paying(terms: Preferences) -> str:
    """How one can pay."""
    return str(_WAYS.get(terms.provider, ""))


def cancelling(shop: Shop) -> str:
    """Until when and for what fee one can cancel (SPEC C1)."""
    policy = shop.terms.cancellation
    if not shop.takes_withdrawals:
        return _("Orders cannot be cancelled here; ticket sales can help.")
    if capability(shop.terms.provider).by_hand:
        return ngettext(
            "You can cancel a free order within %(num)d day of ordering, until it starts;"
            " ticket sales can help with others.",
            "You can cancel a free order within %(num)d days of ordering, until it starts;"
            " ticket sales can help with others.",
            policy.period_days,
        )
    until = ngettext(
        "You can cancel within %(num)d day of ordering, until it starts.",
        "You can cancel within %(num)d days of ordering, until it starts.",
        policy.period_days,
    )
    return f"{until} {_fee(policy)}"


def _fee(policy: CancellationPolicy) -> str:
    share = Decimal(policy.fee_percent)
    if policy.fee_fixed and share:
        return _(
            "A fee of %(fixed)s and %(share)s of the price is kept back.",
            fixed=money(policy.fee_fixed),
            share=percent(policy.fee_percent),
        )
    if share:
        return _("A fee of %(share)s of the price is kept back.", share=percent(policy.fee_percent))
    if policy.fee_fixed:
        return _("A fee of %(fixed)s is kept back.", fixed=money(policy.fee_fixed))
    return _("It costs nothing.")
