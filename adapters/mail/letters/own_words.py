"""The shop's own words in a letter, with their places filled in.

What is filled in is text, whatever it looks like: it holds no places and no addresses to press, but
for the address of the order's page, which is ours.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from adapters.mail.letters.context import Occasion, announced
from adapters.mail.letters.letter import Body, Passage, one_line
from ledger.order.ticket_answers import holder_name
from ledger.order.tickets import every_ticket
from ledger.shop.letter_words import LetterWords, Run, paragraphs, runs
from ledger.shop.texts import cut


def in_own_words(body: Body, words: LetterWords, at: Occasion) -> Body:
    """A letter's body with what the shop says in it."""
    subject = "".join(_filled(one, at)[0] for one in runs(at.speech.of(words.subject)))
    return replace(
        body,
        subject=subject if subject.strip() else body.subject,
        opening=passages(at.speech.of(words.opening), at),
        closing=(*passages(at.speech.of(words.closing), at), *body.closing),
    )


def passages(text: str, at: Occasion) -> Sequence[Passage]:
    """A text's paragraphs, line by line, in pieces: each a text and the address it leads to."""
    return [
        [[_filled(run, at) for run in runs(line)] for line in lines] for lines in paragraphs(text)
    ]


def _filled(run: Run, at: Occasion) -> tuple[str, str]:
    if not run.place:
        return run.text, run.text if run.link else ""
    value = cut(one_line(_VALUES[run.text](at))) if run.text in _VALUES else ""
    return value, value if run.text == "page" else ""


def _name(at: Occasion) -> str:
    """Whom the letter speaks to: who ordered, or who was told of as holder of the ticket."""
    sending, customer = at.sending, at.order.terms.customer
    if sending is None:
        return customer.first_name if customer else ""
    every = every_ticket(at.order.terms.lines)
    ticket = next((one for one in every if one.number == sending.ticket), None)
    return holder_name(at.order, ticket) if ticket else ""


def _ticket(at: Occasion) -> str:
    number = at.sending.ticket if at.sending else 0
    every = every_ticket(at.order.terms.lines)
    found = (at.speech.of(one.line.title) for one in every if one.number == number)
    return next(found, "")


def _venue(at: Occasion) -> str:
    visit = at.order.visit
    name = at.speech.of(visit.venue) if visit and visit.venue else ""
    return ", ".join(filter(None, (name, visit.address if visit else "")))


def _amount(at: Occasion) -> str:
    refund = at.order.refunds.get(at.correlation_id)
    return at.money(announced(refund, at.order.currency)) if refund else ""


def _contact(at: Occasion) -> str:
    seller = at.order.terms.seller
    return seller.email or seller.name


_VALUES: Mapping[str, Callable[[Occasion], str]] = {
    "name": _name,
    "order": lambda at: at.order_number,
    "total": lambda at: at.money(at.order.terms.total),
    "page": lambda at: at.page,
    "shop": lambda at: at.speech.of(at.order.terms.shop_name),
    "starts": lambda at: at.speech.moment(at.order.starts_at),
    "venue": _venue,
    "contact": _contact,
    "amount": _amount,
    "reference": lambda at: at.order.payment_reference,
    "ticket": _ticket,
}
