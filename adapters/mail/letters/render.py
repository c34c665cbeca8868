"""Letters, rendered: the same stamps give the same letter, whenever it is asked for (law 10)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import assert_never
from uuid import UUID

from jinja2 import Environment, StrictUndefined, select_autoescape

from adapters.compiled_templates import compiled_templates
from adapters.mail.letters.buyers import buyers, unsubscribe_page
from adapters.mail.letters.cancellation import cancelled, link, moved, withdrawal
from adapters.mail.letters.confirmed import confirmed
from adapters.mail.letters.context import Occasion, line_total
from adapters.mail.letters.holder import ticket, ticket_void
from adapters.mail.letters.how_to_pay import how_to_pay
from adapters.mail.letters.language import Speech
from adapters.mail.letters.letter import (
    Attachment,
    Body,
    RenderedLetter,
    breakable,
    fold,
    one_line,
    pair,
)
from adapters.mail.letters.own_words import in_own_words
from adapters.mail.letters.returned import correction, refunded
from adapters.mail.letters.styles import StyledTemplates
from ledger.kernel.values import replace as copied
from ledger.order.holders_letters import TO_HOLDERS, sending_of
from ledger.order.order import Order
from ledger.order.stamps import Letter, Line
from ledger.shop.letter_words import NO_WORDS, LetterWords
from ledger.shop.limits import DESCRIPTION
from ledger.shop.stamps import Seller
from ledger.shop.texts import cut

_TEMPLATES = Path(__file__).parent / "templates"


def no_files(order: Order, ticket: int | None) -> Sequence[Attachment]:
    """Where nobody prints tickets, the words say where they are."""
    return ()


def render(
    order: Order,
    letter: Letter,
    *,
    correlation_id: UUID,
    number: int | None,
    base_url: str,
    words: LetterWords = NO_WORDS,
    language: str = "",
    files: Callable[[Order, int | None], Sequence[Attachment]] = no_files,
) -> RenderedLetter:
    """A letter that an order calls for. `number` is the receipt's; a link has none.

    A refund's letter and a link's need the refund or request of this correlation id in the order.
    `words` are the shop's own. In a `language` it is only looked at. `files` gives the buyer's
    tickets, or one by its number, for a letter that speaks of them.
    """
    reader = sending_of(order, correlation_id) if letter in TO_HOLDERS else None
    if reader is not None:
        order = _spoken(order, reader.language)
    if language:
        order = _spoken(order, language)
    at = Occasion(order=order, correlation_id=correlation_id, number=number, base_url=base_url)
    body = in_own_words(body_of(letter, at), words, at)
    customer = order.terms.customer
    # Nobody is left once the person was erased, holders as well.
    to = (reader or customer).email if customer else ""
    return RenderedLetter(
        subject=cut(one_line(body.subject), DESCRIPTION),
        text=_laid_out("letter.txt", body, at).replace("\N{NO-BREAK SPACE}", " "),
        html=_laid_out("letter.html", body, at),
        to=to or "",
        reply_to=order.terms.seller.email,
        from_name=cut(one_line(at.speech.of(order.terms.shop_name))),
        pictures=body.pictures,
        unsubscribe=unsubscribe_page(at) if letter is Letter.BUYERS else "",
        attachments=files(order, reader.ticket if reader else None) if body.tickets else (),
    )


def receipt_html(
    order: Order,
    letter: Letter,
    *,
    correlation_id: UUID,
    number: int | None,
    language: str,
    base_url: str,
) -> str:
    """A receipt's words and figures, for a page of ours to stand in, in any language of ours."""
    at = Occasion(
        order=_spoken(order, language),
        correlation_id=correlation_id,
        number=number,
        base_url=base_url,
    )
    return _laid_out("receipt.html", body_of(letter, at), at)


def _spoken(order: Order, language: str) -> Order:
    return copied(order, placed=replace(order.terms, language=language))


def body_of(  # noqa: C901 (a dispatching match)
    letter: Letter, at: Occasion
) -> Body:
    """The words of a letter."""
    match letter:
        case Letter.PAID:
            return confirmed(at)
        case Letter.REFUNDED:
            return refunded(at)
        case Letter.CANCELLED:
            return cancelled(at)
        case Letter.CORRECTION:
            return correction(at)
        case Letter.LINK:
            return link(at)
        case Letter.HOW_TO_PAY:
            return how_to_pay(at)
        case Letter.WITHDRAWAL:
            return withdrawal(at)
        case Letter.MOVED:
            return moved(at)
        case Letter.TICKET:
            return ticket(at)
        case Letter.TICKET_VOID:
            return ticket_void(at)
        case Letter.BUYERS:
            return buyers(at)
        case _:
            assert_never(letter)


def _laid_out(template: str, body: Body, at: Occasion) -> str:
    """A body laid out by one of the templates."""
    terms = at.order.terms
    return laid_out(
        template,
        body,
        at.speech,
        seller=terms.seller,
        shop=at.speech.of(terms.shop_name),
        page=at.page,
        lines=terms.lines if body.statement else (),
    )


def laid_out(
    template: str,
    body: Body,
    speech: Speech,
    *,
    seller: Seller,
    shop: str,
    page: str,
    lines: Sequence[Line] = (),
) -> str:
    """Any letter's body laid out; `page` is an address that its words may hold."""
    return (
        _templates()
        .get_template(template)
        .render(
            body=body,
            lines=lines,
            seller=seller,
            speech=speech,
            _=speech.say,
            page=page,
            line_total=line_total,
            shop=shop,
        )
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=StyledTemplates(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=compiled_templates(),
    )
    environment.filters.update(fold=fold, pair=pair, cut=cut, breakable=breakable)
    return environment
