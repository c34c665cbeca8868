"""Letters, rendered: the same stamps give the same letter, whenever it is asked for (law 10)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import assert_never
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from adapters.mail.letters.cancellation import cancelled, link, moved, withdrawal
from adapters.mail.letters.confirmed import confirmed
from adapters.mail.letters.context import Occasion, line_total
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
from adapters.mail.letters.returned import correction, refunded
from ledger.kernel.values import replace as copied
from ledger.order.order import Order
from ledger.order.stamps import Letter, Line
from ledger.shop.limits import DESCRIPTION
from ledger.shop.stamps import Seller
from ledger.shop.texts import cut

_TEMPLATES = Path(__file__).parent / "templates"


def no_files(order: Order) -> Sequence[Attachment]:
    """Where nobody prints tickets, the words say where they are."""
    return ()


def render(
    order: Order,
    letter: Letter,
    *,
    correlation_id: UUID,
    number: int | None,
    base_url: str,
    files: Callable[[Order], Sequence[Attachment]] = no_files,
) -> RenderedLetter:
    """A letter that an order calls for. `number` is the receipt's; a link has none.

    A refund's letter and a link's need the refund or request of this correlation id in the order.
    `files` gives the tickets of an order, for a letter that speaks of them.
    """
    at = Occasion(order=order, correlation_id=correlation_id, number=number, base_url=base_url)
    body = body_of(letter, at)
    customer = order.terms.customer
    return RenderedLetter(
        subject=cut(one_line(body.subject), DESCRIPTION),
        text=_laid_out("letter.txt", body, at).replace("\N{NO-BREAK SPACE}", " "),
        html=_laid_out("letter.html", body, at),
        to=customer.email if customer else "",
        reply_to=order.terms.seller.email,
        from_name=cut(one_line(at.speech.of(order.terms.shop_name))),
        pictures=body.pictures,
        attachments=files(order) if body.tickets else (),
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
    spoken = copied(order, placed=replace(order.terms, language=language))
    at = Occasion(order=spoken, correlation_id=correlation_id, number=number, base_url=base_url)
    return _laid_out("receipt.html", body_of(letter, at), at)


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
        lines=terms.lines,
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
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters.update(fold=fold, pair=pair, cut=cut, breakable=breakable)
    return environment
