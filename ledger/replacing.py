"""An attempt that was replaced shall bring no money any more: its page is closed (SPEC C8)."""

from ledger.order.attempts import Attempt
from ledger.order.state import Order
from ledger.payments import Providers


def newest(order: Order) -> Attempt | None:
    """The last attempt that was asked for: they stand in the order of their requests.

    One that staff took back was none.
    """
    asked = reversed([*order.attempts.values()])
    return next((one for one in asked if one.withdrawn is None), None)


def close_replaced(order: Order, providers: Providers) -> None:
    """Best effort, once the newest attempt has a page: an older one may bring money twice.

    If it does all the same, that is a case. Money under way cannot be called back.
    """
    kept = newest(order)
    if kept is None or not kept.redirect_url:
        return
    for attempt in order.attempts.values():
        provider = providers.get(attempt.provider)
        replaced = attempt.open and attempt.session and attempt.pending_at is None
        if provider is not None and replaced and attempt is not kept:
            provider.expire_payment(attempt.session)
