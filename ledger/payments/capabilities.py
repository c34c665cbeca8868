"""What each payment provider is known to take: currencies, smallest and largest amounts, its units.

Amounts in the ledger are in ISO 4217's minor units. A provider may count a currency in other ones:
then what it is asked for is converted here, and what it tells is converted back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.kernel.money import CURRENCIES, Money, digits

_NONE: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One provider's. Every amount is in the provider's own units of the currency.

    `digits` are its digits after the point where they are not ISO 4217's, `step` what an amount
    must be a multiple of, `least` and `most` what one payment may come to. `captures_later`: it can
    authorize first. `by_hand`: no page of its own takes the money.
    """

    currencies: frozenset[str] = CURRENCIES
    digits: Mapping[str, int] = field(default_factory=lambda: _NONE)
    step: Mapping[str, int] = field(default_factory=lambda: _NONE)
    least: Mapping[str, int] = field(default_factory=lambda: _NONE)
    most: int | None = None
    most_of: Mapping[str, int] = field(default_factory=lambda: _NONE)
    captures_later: bool = False
    by_hand: bool = False


def by_currency(listed: str) -> Mapping[str, int]:
    """Amounts by currency, from a list in which each currency stands before its amount."""
    words = listed.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


_NOT_AT_STRIPE = "BTN CUP ERN IQD IRR KPW LYD MRU SDG SSP STN SVC SYP TMT VES ZWG"
_AT_SUMUP = "AUD BRL CAD CHF CLP COP CZK DKK EUR GBP HUF MXN NOK PEN PLN RON SEK USD"
_LEAST_AT_STRIPE = (
    "AUD 50 BRL 50 CAD 50 CHF 50 EUR 50 INR 50 NZD 50 SGD 50 USD 50 AED 200 CZK 1500 DKK 250 "
    "GBP 30 HKD 400 HUF 17500 JPY 50 MXN 1000 MYR 200 NOK 300 PLN 200 RON 200 SEK 300 THB 1000"
)
# https://docs.stripe.com/currencies: presentment currencies, special cases, minimum amounts. An
# amount has at most eight figures, of Indonesian rupiah twelve.
_STRIPE = Capability(
    currencies=CURRENCIES - frozenset(_NOT_AT_STRIPE.split()),
    digits={"ISK": 2, "UGX": 2, "MGA": 0},
    step=dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10),
    least=by_currency(_LEAST_AT_STRIPE),
    most=99_999_999,
    most_of={"IDR": 999_999_999_999},
    captures_later=True,
)
# The published schema's limits, in cents.
_PAYTRAIL = Capability(currencies=frozenset(("EUR",)), least={"EUR": 1}, most=99_999_999)
# https://developer.sumup.com/tools/glossary/currencies
_SUMUP = Capability(
    currencies=frozenset(_AT_SUMUP.split()),
    digits={"COP": 0, "HUF": 0},
)
CAPABILITIES: Mapping[str, Capability] = {
    "stripe": _STRIPE,
    "paytrail": _PAYTRAIL,
    "sumup": _SUMUP,
    "manual": Capability(by_hand=True),
}
_ANY = Capability()


class AmountNotTaken(ValueError):
    """The provider cannot be asked for this amount. The text says what it takes."""


def capability(provider: str) -> Capability:
    """What a provider takes; of one that is not known, nothing is known to be refused."""
    return CAPABILITIES.get(provider, _ANY)


def units(provider: str, money: Money) -> int:
    """An amount in the provider's own units; `AmountNotTaken` if it is no whole number of them.

    >>> units("stripe", Money(3500, "ISK")), units("stripe", Money(3500, "EUR"))
    (350000, 3500)
    """
    more = _more_digits(provider, money.currency)
    whole, rest = divmod(money.amount * _times(more), _times(-more))
    if rest:
        raise AmountNotTaken(f"whole {money.currency} only, without decimals")
    return whole


def from_units(provider: str, amount: int, currency: str) -> Money:
    """An amount that a provider tells, as ours; `AmountNotTaken` if ISO 4217 cannot write it.

    >>> from_units("stripe", 350000, "ISK")
    Money(amount=3500, currency='ISK')
    """
    more = _more_digits(provider, currency)
    whole, rest = divmod(amount * _times(-more), _times(more))
    if rest:
        raise AmountNotTaken(f"{amount} is no whole number of minor units of {currency}")
    return Money(whole, currency)


def hindrance(provider: str, money: Money) -> str:
    """Why the provider would refuse a payment of this amount; empty if it is not known to."""
    known = capability(provider)
    if money.currency not in known.currencies:
        return f"{provider} takes no {money.currency}"
    try:
        asked = units(provider, money)
    except AmountNotTaken as error:
        return str(error)
    step, least = known.step.get(money.currency, 1), known.least.get(money.currency, 1)
    if asked % step:
        return _of_step(provider, money.currency, step)
    if asked < least:
        return f"{provider} takes at least {least_of(provider, money.currency)}"
    most = most_of(provider, money.currency)
    return "" if most is None or money.amount <= most else f"{provider} takes at most {most}"


def least_of(provider: str, currency: str) -> int:
    """The smallest amount, in ISO 4217's minor units."""
    return from_units(provider, capability(provider).least.get(currency, 1), currency).amount


def most_of(provider: str, currency: str) -> int | None:
    """The largest amount, in ISO 4217's minor units; None where none is known."""
    known = capability(provider)
    most, more = known.most_of.get(currency, known.most), _more_digits(provider, currency)
    if most is None:
        return None
    return most * _times(-more) // _times(more)


def _of_step(provider: str, currency: str, step: int) -> str:
    ours = from_units(provider, step, currency).amount
    return f"{provider} takes {currency} in steps of {ours} minor units"


def _more_digits(provider: str, currency: str) -> int:
    """How many more digits the provider counts after the point than ISO 4217 does."""
    return capability(provider).digits.get(currency, digits(currency)) - digits(currency)


def _times(digits: int) -> int:
    """Ten, as often as there are digits more; one where there are fewer."""
    return int(10 ** max(0, digits))
