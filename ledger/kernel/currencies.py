"""Currencies as ISO 4217 has them: which there are, and how many digits their minor units have."""

from decimal import Decimal

from ledger.kernel.money import Money

# In which something can be priced: no funds, metals, test codes, and none that were withdrawn.
_IN_USE = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW "
    "KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR "
    "MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR "
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
    "USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_IN_USE.split())
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS = {**dict.fromkeys(_WHOLE.split(), 0), **dict.fromkeys(_THOUSANDTHS.split(), 3)}


def digits(currency: str) -> int:
    """How many digits stand after the point; two for a currency that is not known.

    What a language shows by habit is another thing: Serbian dinars are mostly shown without.

    >>> digits("RSD"), digits("ISK"), digits("KWD")
    (2, 0, 3)
    """
    return _DIGITS.get(currency, 2)


def major(money: Money) -> Decimal:
    """An amount in major units, exactly, however large.

    >>> major(Money(-350000, "RSD")), major(Money(3500, "ISK"))
    (Decimal('-3500.00'), Decimal('3500'))
    """
    figures = tuple(int(one) for one in str(abs(money.amount)))
    return Decimal((int(money.amount < 0), figures, -digits(money.currency)))


def spoken(money: Money) -> str:
    """An amount in major units as tables, commands and logs write it.

    >>> spoken(Money(-3505, "EUR")), spoken(Money(500, "JPY")), spoken(Money(7, "KWD"))
    ('-35.05 EUR', '500 JPY', '0.007 KWD')
    """
    return f"{major(money):f} {money.currency}"
