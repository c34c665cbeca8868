"""What is wrong with a shop, for who fills in a page: the importer's rules in whole sentences."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from ledger.kernel.money import Money
from ledger.payments.capabilities import least_of, most_of
from ledger.shop.faults import Fault
from web.i18n.format import money, span

# By what the rule says in a file (`Fault.right`); the same values go into the same places.
SENTENCES: Mapping[str, object] = {
    'a colour in quotes, written as "#0b5c4d"': _l("Write a colour as #0b5c4d."),
    "a moment not after starts_at": _l("Doors open before it starts, or when it starts."),
    "a moment after starts_at": _l("It ends after it has started."),
    "what it shows in %(languages)s, for who does not see it": _l(
        "Say what it shows in every language (%(languages)s), for who does not see it."
    ),
    "a currency of ISO 4217 that is in use, in capital letters, such as EUR": _l(
        "Enter a currency in three capital letters, such as EUR."
    ),
    "how people pay, such as a bank account, by language: money comes by hand here": _l(
        "Say how people pay, such as into which account: money comes by hand here."
    ),
    "an IBAN such as FI37 1590 3000 0007 76, with the check digits that fit": _l(
        "Enter an IBAN such as FI37 1590 3000 0007 76. This one has a digit that does not fit."
    ),
    "8 or 11 capital letters and digits, or nothing: it is rarely needed": _l(
        "A BIC has 8 or 11 capital letters and digits. It is rarely needed: leave it empty."
    ),
    "an e-mail address such as tickets@winterfest.example: letters come from it": _l(
        "Enter an email address such as tickets@winterfest.example: letters come from it."
    ),
    "at least one quota, or `unlimited: true` beside it": _l(
        "Choose at least one quota, or say that it is sold without limit."
    ),
    "none beside `unlimited: true`": _l("What is sold without limit takes from no quota."),
    "a moment after available_from": _l("The sale ends after it has begun."),
    "small letters, digits and hyphens, at most %(most)s, no hyphen first": _l(
        "Use small letters, digits and hyphens, at most %(most)s; no hyphen first."
    ),
    'a percentage from 0 to 100 in quotes, written "13" or "13.5"': _l(
        "Enter a percentage from 0 to 100, such as 13.5."
    ),
    "an address that begins with https:// and names a host": _l(
        "Enter an address that begins with https://."
    ),
    "from %(least)s to %(most)s": _l("It has to be from %(least)s to %(most)s."),
    "another word: this is a page of ours": _l("Choose another word: this is a page of ours."),
    "one of %(known)s": _l("Choose one of these: %(known)s."),
    "automatic (only these can capture later: %(able)s)": _l(
        "Take payments at once: only these providers can take them later: %(able)s."
    ),
    "0 or another amount: %(refused)s": _l(
        "The payment provider does not take this amount. Enter 0, or from %(least)s to %(most)s."
    ),
    "an amount in %(currency)s": _l("Enter an amount in %(currency)s."),
    "a whole number": _l("Enter a whole number."),
    "a whole number, in digits and without quotes": _l("Enter a whole number."),
    "each slug once": _l("There is a product of this address already."),
    "%(taken)s (with provider %(provider)s)": _l(
        "%(provider)s does not take this currency. It takes: %(taken)s."
    ),
    "days such as 2027-02-12, in the shop's time zone": _l("Write days as 2027-02-12."),
    "each of them once": _l("Write each of them once."),
    "none where a piece has no ticket": _l("A piece of it has no ticket to ask about."),
    "each question once": _l("There is a question of this short name already."),
    "one name and one e-mail address for each ticket": _l(
        "Ask for one name and one email address at most."
    ),
    "at least two choices": _l("Give at least two answers to choose from."),
    "none: only a question of kind choice has them": _l(
        "Only where one of some answers is asked for there are any to choose from."
    ),
    "each choice once": _l("Each answer needs a short name of its own."),
    "small letters, digits, hyphens and low lines, at most %(most)s": _l(
        "Use small letters, digits, hyphens and low lines, at most %(most)s."
    ),
    "of places in braces only %(known)s": _l("Only these places can be filled in here: %(known)s."),
    "a space between an address and a place in braces": _l(
        "Put a space between an address and a place in braces."
    ),
    "at least one kind of buyers": _l("Choose at least one kind of buyers."),
    "each quota once": _l("Choose each quota once."),
    "a moment from %(first)s to %(last)s": _l("Enter a time from %(first)s to %(last)s."),
    "at most %(most)s accents on one letter": _l("At most %(most)s accents on one letter."),
    "at most %(most)s characters": _l("At most %(most)s characters."),
    "at most %(most)s of them": _l("At most %(most)s of them."),
    "a text without control characters": _l("There is a character here that nobody can see."),
    "a text without control characters, on one line": _l(
        "There is a character here that nobody can see, or a second line."
    ),
    "a language of two or three small letters, such as fi": _l(
        "A language has two or three small letters, such as fi."
    ),
    "a text in at least one language": _l("Write it in at least one language."),
    "a text that can be seen": _l("Write something here."),
    "a duration of days, hours, minutes and seconds, such as P3D or PT1H": _l(
        "Enter a whole number."
    ),
    "a time zone such as Europe/Helsinki": _l("Enter a time zone such as Europe/Helsinki."),
    "a moment such as 2027-02-12T12:00:00, local time of the shop": _l(
        "Enter a date and a time, such as 2027-02-12T12:00."
    ),
    "a time that the clocks there show: they skip this one": _l(
        "The clocks skip this time when summer time begins. Choose another one."
    ),
    "a time that the clocks show once, or with its offset: %(example)s": _l(
        "The clocks show this time twice when summer time ends. Write it with its offset:"
        " %(example)s."
    ),
    "at least %(taken)s: %(held)s are held and %(sold)s are sold": _l(
        "It cannot hold fewer than %(taken)s: %(held)s are held and %(sold)s are sold."
    ),
    "a value: this key must be there": _l("Write something here."),
    "true or false": _l("Say yes or no."),
}
_AMOUNT = _l("Enter an amount such as 12.50.")
_OTHER = _l("This cannot be: %(right)s would be right.")


def of_fault(
    fault: Fault, *, currency: str = "", provider: str = "", spans: bool = False
) -> str:  # fmt: skip
    """A whole sentence. With a `currency` it is about an amount, with `spans` about time."""
    if currency and fault.right.startswith("a whole number"):
        return str(_AMOUNT)
    sentence = SENTENCES.get(fault.right)
    if sentence is None:
        return str(_OTHER) % {"right": fault.told}
    values = dict(fault.values)
    if "refused" in values:
        values = _taken(provider, currency)
    elif currency:
        values = {name: _amount(one, currency) for name, one in values.items()}
    elif spans:
        values = {name: _span(str(one)) for name, one in values.items()}
    return str(sentence) % values if values else str(sentence)


def _taken(provider: str, currency: str) -> dict[str, object]:
    most = most_of(provider, currency)
    return {
        "least": money(Money(least_of(provider, currency), currency)),
        "most": "…" if most is None else money(Money(most, currency)),
    }


def _amount(value: object, currency: str) -> object:
    text = str(value)
    return money(Money(int(text), currency)) if text.isdigit() else value


def _span(text: str) -> str:
    """A span such as P3D or PT5M in words."""
    unit, number = text[-1], text.strip("PTDHMS")
    sizes = {"D": 86_400, "H": 3_600, "M": 60, "S": 1}
    return span(int(number) * sizes[unit]) if number.isdigit() and unit in sizes else text
