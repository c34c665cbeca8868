"""A letter as mail programs show it, with words that may not be stamped yet."""

from uuid import UUID

from flask import Response, make_response

from ledger.order.order import Order
from ledger.order.stamps import Letter
from ledger.shop.letter_words import LetterWords
from ledger.shop.shop import Shop
from projections.order_search import OrderSearch
from web.actions import letter_words as actions
from web.actions.find_orders import find
from web.actions.letters import letters_of
from web.http.current import parts
from web.http.security_headers import content_policy, letter_policy
from web.i18n.gettext import _

_NEWEST = 10


def newest_with(shop: Shop, letter: Letter) -> str:
    """The number of the newest order with such a letter among the last ones; empty: none."""
    for one in find(parts(), "", OrderSearch(shops=(shop.slug,)), limit=_NEWEST).orders:
        if one.order is not None and any(each.letter is letter for each in letters_of(one.order)):
            return str(one.order.number)
    return ""


def order_numbered(shop: Shop, text: str) -> Order | None:
    """The order of a number in a shop."""
    return actions.order_numbered(parts(), shop, text)


def occasion(
    shop: Shop, letter: Letter, *, number: str, language: str
) -> tuple[Order, UUID, int | None] | str:
    """The order that is looked at, and what called for its letter; or why there is none."""
    try:
        return actions.occasion(parts(), shop, letter, number=number, language=language)
    except actions.NoSuchOrder:
        return _("There is no order of this number in the shop.")
    except actions.NoSuchLetter:
        return _("This order has no such letter. Leave the number empty for a sample.")


def looked_at(
    shop: Shop, letter: Letter, words: LetterWords, *, number: str, language: str
) -> tuple[str, str, str] | str:
    """Subject, text and HTML of the letter with these words; or why it cannot be shown."""
    about = occasion(shop, letter, number=number, language=language)
    if isinstance(about, str):
        return about
    return actions.looked_at(parts(), shop, letter, words, number=number, language=language)


def framed_letter(letter: tuple[str, str, str], *, plain: bool) -> Response:
    """The letter alone, as a frame of ours shows it: it runs nothing and fetches nothing."""
    subject, text, html = letter
    answer = make_response(f"{subject}\n\n{text}" if plain else html)
    if plain:
        answer.mimetype = "text/plain"
    answer.headers["Content-Security-Policy"] = letter_policy()
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def framed_trouble(*reasons: str) -> tuple[Response, int]:
    """Why there is nothing to be seen, in the frame where it would be."""
    answer = make_response("\n".join(reasons))
    answer.mimetype = "text/plain"
    answer.headers["Content-Security-Policy"] = letter_policy()
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer, 422


def framing(page: str) -> Response:
    """A page of ours with a frame of ours in it."""
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = f"{content_policy(())}; frame-src 'self'"
    return answer
