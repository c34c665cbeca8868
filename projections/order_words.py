"""What an order is found by: beginnings of names, an e-mail address, codes of tickets, labels.

Terms are plain here and personal: whoever keeps them keeps keyed fingerprints of them (ADR 0034).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import category, normalize

from ledger.order.order import Order
from ledger.order.stamps import Customer
from ledger.order.ticket_answers import asked_tickets
from ledger.shop.questions import QuestionKind
from ledger.tickets.code import as_stored

# Letters. Shorter beginnings would find everybody, longer ones tell few people apart.
SHORTEST, LONGEST = 2, 12


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: without case, accents and signs.

    >>> words_of("Åsa-Maria  O'NEILL"), words_of("ΣΊΣΥΦΟΣ Straße")
    (('asa', 'maria', 'o', 'neill'), ('σισυφοσ', 'strasse'))
    """
    folded = normalize("NFKD", normalize("NFKD", text).casefold())
    bare = "".join(sign for sign in folded if category(sign) != "Mn")
    return tuple("".join(sign if sign.isalnum() else " " for sign in bare).split())


def address_of(text: str) -> str:
    """An e-mail address as it is compared: in one form and case."""
    return normalize("NFC", normalize("NFC", text.strip()).casefold())


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody looks for this; `terms` are all wanted, none where the text is too short for any."""

    text: str

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms to look up, the most telling first."""
        if "@" in self.text:
            return (_mail(self.text),)
        code = as_stored(self.text)
        if code:
            return (_ticket(code),)
        telling = {word[:LONGEST] for word in words_of(self.text) if len(word) >= SHORTEST}
        return tuple(_name(one) for one in sorted(telling, key=lambda one: (-len(one), one)))

    def matches(self, order: Order) -> bool:
        """Whether an order whose sealed parts are open is meant: what is long is compared whole."""
        if "@" in self.text or as_stored(self.text):
            return {*self.terms} <= {*order_terms(order)}
        person = order.terms.customer
        holders = (name for told in _holders(order) for name in words_of(told))
        known = (*_names(person), *holders) if person else ()
        wanted = words_of(self.text)
        return bool(wanted) and all(any(name.startswith(w) for name in known) for w in wanted)


def order_terms(order: Order) -> frozenset[str]:
    """Every term that finds an order, its sealed parts open; none once its person was erased."""
    return frozenset(_terms(order)) if order.placed is not None else frozenset()


def _terms(order: Order) -> Iterator[str]:
    person = order.terms.customer
    if person is None:
        return
    yield from map(label_term, order.labels)
    if person.email:
        yield _mail(person.email)
    yield from _beginnings(_names(person))
    for told in _holders(order):
        if "@" in told:
            yield _mail(told)
        else:
            yield from _beginnings(words_of(told))
    for code in (order.tickets and order.tickets.codes) or ():
        yield _ticket(code)


def _beginnings(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        for length in range(SHORTEST, min(len(name), LONGEST) + 1):
            yield _name(name[:length])


def _holders(order: Order) -> Iterator[str]:
    """Names and addresses of who holds, or held, a ticket of the order."""
    for one in asked_tickets(order):
        wanted = (QuestionKind.NAME, QuestionKind.EMAIL)
        told = (one.answers.get(each.slug, "") for each in one.questions if each.kind in wanted)
        yield from filter(None, told)
    yield from (one.email for one in order.sendings if one.email)


def _names(person: Customer) -> tuple[str, ...]:
    return words_of(f"{person.first_name} {person.last_name}")


def label_term(label: str) -> str:
    """What orders with a label are found by."""
    return f"label/{label}"


def _mail(address: str) -> str:
    return f"mail/{address_of(address)}"


def _name(beginning: str) -> str:
    return f"name/{beginning}"


def _ticket(code: str) -> str:
    return f"ticket/{code}"
