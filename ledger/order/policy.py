"""What a shop promises: the part of its preferences that every order carries with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ledger.kernel.money import Money


class Release(StrEnum):
    """When a refunded cancellation frees its seats (SPEC S2)."""

    AT_REQUEST = "at_request"
    AT_REFUND_ACCEPTED = "at_refund_accepted"
    AT_REFUND_SETTLED = "at_refund_settled"


class Surplus(StrEnum):
    """What happens to money beyond the price: a person decides, or it goes back (SPEC P5)."""

    CASE = "case"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationPolicy:
    """Self-service cancellation: days after the order (0: never), the fee kept back, seats.

    The fee is a fixed amount in the shop's currency plus a percentage of the payment.
    """

    period_days: int
    fee_fixed: Money
    fee_percent: str = "0"
    release: Release = Release.AT_REFUND_ACCEPTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who sells, as printed under every letter. Empty parts are left out."""

    name: str
    email: str
    business_id: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """Where bank transfers go. `holder` is whom the bank knows; a BIC is rarely needed."""

    iban: str
    holder: str
    bic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLetter:
    """The one letter to somebody who ordered and has not paid: due `after` so many seconds.

    Where money comes by hand it says how to pay in the shop's words, by language.
    """

    after: int
    how_to_pay: Mapping[str, str] = field(default_factory=dict)
    bank_account: BankAccount | None = None
