"""Every law as a small check, in the order in which findings about one row are told."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ledger.audit import check_orders as order_checks
from ledger.audit import check_rows as storage_checks
from ledger.audit import check_sequence as spine_checks
from ledger.audit.findings import Finding, Found, Step, finding
from ledger.audit.streams import UNFIT

Check = Callable[[Step], Iterable[Finding]]

CHECKS: tuple[Callable[..., Iterable[Finding]], ...] = (
    spine_checks.dense,
    spine_checks.forward_in_time,
    storage_checks.contiguous,
    storage_checks.hashed,
    storage_checks.readable,
    storage_checks.identified,
    storage_checks.sealed,
    storage_checks.numbered,
    spine_checks.numbers_follow,
    spine_checks.numbers_resumed,
    order_checks.begins_with_a_placement,
    spine_checks.never_oversold,
    order_checks.never_beyond_held,
    order_checks.never_beyond_authorized,
    order_checks.bound,
    order_checks.one_receipt,
    order_checks.receipts_owed,
)
RANKS: Mapping[Callable[..., Any], int] = {check: rank for rank, check in enumerate(CHECKS)}

# Those that a share of the streams can be asked about: without a stamp, and with one.
OF_BYTES: tuple[Check, ...] = (storage_checks.contiguous, storage_checks.hashed)
OF_STAMPS: tuple[Check, ...] = (
    *OF_BYTES,
    storage_checks.readable,
    storage_checks.identified,
    storage_checks.sealed,
    storage_checks.numbered,
    order_checks.begins_with_a_placement,
    order_checks.never_beyond_held,
    order_checks.never_beyond_authorized,
    order_checks.bound,
    order_checks.one_receipt,
    order_checks.receipts_owed,
)
_CERTAIN: Mapping[Check, tuple[type, ...]] = {
    **storage_checks.OF_CERTAIN,
    **order_checks.OF_CERTAIN,
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
