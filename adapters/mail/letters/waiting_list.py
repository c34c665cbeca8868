"""Letters to who waits in line: to confirm, in line, your turn, over, ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from adapters.mail.letters.language import Speech
from adapters.mail.letters.letter import Action, Body, RenderedLetter, one_line
from adapters.mail.letters.render import laid_out
from ledger.shop.limits import DESCRIPTION
from ledger.shop.shop import Shop
from ledger.shop.texts import cut
from ledger.waiting_list.place import WaitingPlace
from ledger.waiting_list.stamps import PlaceLetter
from ledger.waiting_list.wish import LINK_LIVES, PlaceAsked

_HOURS = int(LINK_LIVES.total_seconds()) // 3600


def confirm_letter(asked: PlaceAsked, shop: Shop, *, url: str) -> RenderedLetter:
    """To an address that somebody typed: nobody waits before its owner pressed the link."""
    speech = Speech(asked.language, timezone=shop.terms.timezone)
    say, title = speech.say, _title(speech, shop, asked.product)
    body = Body(
        subject=say("Confirm your place in line for %(product)s", product=title),
        mark=say("Confirm"),
        tone="calm",
        heading=say("Do you want to wait in line?"),
        paragraphs=(
            say("Somebody, most likely you, asked for a place in line with this address."),
            say("The place is yours once you confirm it."),
        ),
        facts=_facts(speech, title, asked.quantity),
        action=Action(
            label=say("Confirm my place"),
            url=url,
            note=say(
                "The link works for %(hours)s hours. It opens a page with a button: nothing"
                " happens before you press it.",
                hours=_HOURS,
            ),
        ),
        notes=(say("If you did not ask for this, ignore this letter: nobody waits for you."),),
        timed=False,
    )
    return _laid(body, speech, shop, to=asked.email, url=url)


def place_letter(
    place: WaitingPlace, letter: PlaceLetter, shop: Shop, *, base_url: str
) -> RenderedLetter:
    """A letter that a place calls for. Nobody is left to write to once the person was erased."""
    terms = place.terms
    speech = Speech(terms.language, timezone=shop.terms.timezone)
    home = base_url.rstrip("/")
    url = f"{home}/{terms.shop_slug}/place/{place.id}/{terms.code or ''}"
    shop_page = f"{home}/{terms.shop_slug}/"
    body = _body(place, letter, shop, speech=speech, url=url, shop_page=shop_page)
    return _laid(body, speech, shop, to=terms.email or "", url=url)


def _laid(body: Body, speech: Speech, shop: Shop, *, to: str, url: str) -> RenderedLetter:
    seller, name = shop.terms.seller, speech.of(shop.terms.name)
    text = laid_out("letter.txt", body, speech, seller=seller, shop=name, page=url)
    return RenderedLetter(
        subject=cut(one_line(body.subject), DESCRIPTION),
        text=text.replace("\N{NO-BREAK SPACE}", " "),
        html=laid_out("letter.html", body, speech, seller=seller, shop=name, page=url),
        to=to,
        reply_to=seller.email,
        from_name=cut(one_line(name)),
    )


def _title(speech: Speech, shop: Shop, product: str) -> str:
    known = shop.products.get(product)
    return speech.of(known.title) if known else product


def _facts(speech: Speech, title: str, quantity: int) -> Sequence[tuple[str, str]]:
    return ((speech.say("You wait for"), f"{quantity} × {title}"),)


def _body(
    place: WaitingPlace,
    letter: PlaceLetter,
    shop: Shop,
    *,
    speech: Speech,
    url: str,
    shop_page: str,
) -> Body:
    title = _title(speech, shop, place.terms.product)
    facts = _facts(speech, title, place.terms.quantity)
    match letter:
        case PlaceLetter.JOINED:
            return _joined(speech, title, facts, url=url)
        case PlaceLetter.TURN:
            assert place.offered is not None, "seats were held"
            return _turn(speech, title, facts, until=place.offered.until, url=url)
        case PlaceLetter.LAPSED:
            return _lapsed(speech, title, facts, url=shop_page)
        case PlaceLetter.ENDED:
            return _ended(speech, title, facts, url=shop_page)
        case _:
            assert_never(letter)


_Facts = Sequence[tuple[str, str]]


def _joined(speech: Speech, title: str, facts: _Facts, *, url: str) -> Body:
    say = speech.say
    return Body(
        subject=say("You are in line for %(product)s", product=title),
        mark=say("In line"),
        tone="calm",
        heading=say("You are in line"),
        paragraphs=(
            say(
                "As soon as it is your turn we hold seats for you and write to you at once. The"
                " letter says until when you can buy them."
            ),
            say("A place in line costs nothing and binds you to nothing."),
        ),
        facts=facts,
        action=Action(
            label=say("See my place in line"),
            url=url,
            note=say("There you see how many stand before you, and can leave the line."),
        ),
        timed=False,
    )


def _turn(speech: Speech, title: str, facts: _Facts, *, until: datetime, url: str) -> Body:
    say, when = speech.say, speech.moment(until)
    return Body(
        subject=say("It is your turn: %(product)s until %(when)s", product=title, when=when),
        mark=say("Your turn"),
        tone="good",
        heading=say("It is your turn"),
        paragraphs=(
            say(
                "Seats came free, and we hold them for you and nobody else until %(when)s.",
                when=when,
            ),
            say("If you have not bought by then, they go to who is next in line."),
        ),
        facts=(*facts, (say("Held until"), when)),
        action=Action(
            label=say("Buy now"),
            url=url,
            note=say("The link opens your place in line. There you buy, or leave the seats."),
        ),
        notes=(say("Never forward this letter: whoever has the link can take your seats."),),
    )


def _lapsed(speech: Speech, title: str, facts: _Facts, *, url: str) -> Body:
    say = speech.say
    return Body(
        subject=say("Your seats are not held any more: %(product)s", product=title),
        mark=say("Over"),
        tone="calm",
        heading=say("Your turn is over"),
        paragraphs=(
            say(
                "The time to buy is over, so the seats that we held for you go to who is next in"
                " line."
            ),
            say("You wait no longer."),
        ),
        facts=facts,
        action=Action(
            label=say("To the shop"),
            url=url,
            note=say("If you would still like to come, take a place in line again."),
        ),
        timed=False,
    )


def _ended(speech: Speech, title: str, facts: _Facts, *, url: str) -> Body:
    say = speech.say
    return Body(
        subject=say("Your place in line has ended: %(product)s", product=title),
        mark=say("Ended"),
        tone="calm",
        heading=say("You do not wait in line any more"),
        paragraphs=(
            say("The organiser has ended your place in line."),
            say("No seats are held for you, and you owe nothing."),
        ),
        facts=facts,
        action=Action(
            label=say("To the shop"),
            url=url,
            note=say(
                "There you see what is on sale. If you have a question, reply to this letter."
            ),
        ),
        timed=False,
    )
