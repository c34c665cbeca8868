"""Every law as a small check, in the order in which findings about one row are told."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ledger.audit import (
    check_accounts,
    check_doors,
    check_erasures,
    check_grants,
    check_news,
    check_orders,
    check_places,
    check_rows,
    check_swaps,
    check_tills,
    check_vouchers,
)
from ledger.audit.findings import Finding, Found, Step, finding
from ledger.audit.streams import UNFIT

Check = Callable[[Step], Iterable[Finding]]

CHECKS: tuple[Callable[..., Iterable[Finding]], ...] = (
    check_rows.dense,
    check_rows.forward_in_time,
    check_rows.contiguous,
    check_rows.hashed,
    check_rows.readable,
    check_rows.identified,
    check_rows.sealed,
    check_rows.numbered,
    check_rows.numbers_follow,
    check_rows.numbers_resumed,
    check_orders.begins_with_a_placement,
    check_rows.never_oversold,
    check_orders.never_beyond_held,
    check_orders.never_beyond_authorized,
    check_orders.parts_are_whole,
    check_orders.bound,
    check_orders.paid_out_once,
    check_orders.one_receipt,
    check_orders.receipts_owed,
    check_orders.tickets_as_bought,
    check_doors.let_in_once,
    check_accounts.opened_once,
    check_accounts.claimed_once,
    check_grants.listed_once,
    check_grants.one_voucher,
    check_grants.asked_before,
    check_grants.letters_as_owed,
    check_news.reached_once,
    check_news.news_wanted,
    check_places.places_go_on,
    check_swaps.swaps_are_covered,
    check_tills.shifts_go_on,
    check_erasures.erased_when_over,
    check_vouchers.issued_once,
    check_vouchers.uses_are_counted,
    check_vouchers.reduced_as_agreed,
)
RANKS: Mapping[Callable[..., Any], int] = {check: rank for rank, check in enumerate(CHECKS)}

# Those that a share of the streams can be asked about: without a stamp, and with one.
OF_BYTES: tuple[Check, ...] = (check_rows.contiguous, check_rows.hashed)
OF_STAMPS: tuple[Check, ...] = (
    *OF_BYTES,
    check_rows.readable,
    check_rows.identified,
    check_rows.sealed,
    check_rows.numbered,
    check_orders.begins_with_a_placement,
    check_orders.never_beyond_held,
    check_orders.never_beyond_authorized,
    check_orders.parts_are_whole,
    check_orders.bound,
    check_orders.paid_out_once,
    check_orders.one_receipt,
    check_orders.receipts_owed,
    check_orders.tickets_as_bought,
    check_doors.let_in_once,
    check_accounts.opened_once,
    check_accounts.claimed_once,
    check_grants.listed_once,
    check_grants.one_voucher,
    check_grants.asked_before,
    check_grants.letters_as_owed,
    check_news.reached_once,
    check_news.news_wanted,
    check_places.places_go_on,
    check_swaps.swaps_are_covered,
    check_tills.shifts_go_on,
    check_erasures.erased_when_over,
    check_vouchers.issued_once,
    check_vouchers.uses_are_counted,
    check_vouchers.reduced_as_agreed,
)
_CERTAIN: Mapping[Check, tuple[type, ...]] = {
    **check_rows.OF_CERTAIN,
    **check_orders.OF_CERTAIN,
    **check_doors.OF_CERTAIN,
    **check_accounts.OF_CERTAIN,
    **check_grants.OF_CERTAIN,
    **check_news.OF_CERTAIN,
    **check_places.OF_CERTAIN,
    **check_swaps.OF_CERTAIN,
    **check_tills.OF_CERTAIN,
    **check_erasures.OF_CERTAIN,
    **check_vouchers.OF_CERTAIN,
}


def checks_of(stamp_type: type) -> tuple[Check, ...]:
    """Those that may have something to say about a stamp whose row is as it was written."""
    return tuple(one for one in OF_STAMPS if stamp_type in _CERTAIN.get(one, ()))


def judged(
    check: Callable[..., Iterable[Finding]], position: int, stream: bytes, *about: object
) -> list[Found]:
    """What a check says about a row. One that it cannot digest is a finding, too."""
    try:
        told = check(*about)
        return [(position, RANKS[check], one) for one in told] if told else []
    except UNFIT as error:
        text = f"{check.__name__} cannot be judged: {type(error).__name__}"
        return [(position, RANKS[check], finding(position, stream, law="13", text=text))]
