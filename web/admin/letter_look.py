"""A letter as mail programs show it, with words that may not be stamped yet."""

from uuid import UUID

from flask import Response, make_response

from ledger.order.letter_samples import sample_letter
from ledger.order.order import Order
from ledger.order.stamps import Letter
from ledger.shop.letter_words import LetterWords
from ledger.shop.shop import Shop
from projections.order_search import OrderSearch
from web.actions.find_orders import find, number_of
from web.actions.letters import letters_of, without_codes
from web.http.addresses import now
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
    number = number_of(text)
    if number is None:
        return None
    found = find(parts(), f"#{number}", OrderSearch(shops=(shop.slug,)), limit=_NEWEST).orders
    orders = (one.order for one in found if one.order is not None)
    return next((one for one in orders if one.number == number), None)


def occasion(
    shop: Shop, letter: Letter, *, number: str, language: str
) -> tuple[Order, UUID, int | None] | str:
    """The order that is looked at, and what called for its letter; or why there is none."""
    if not number.strip():
        order, cause = sample_letter(shop, letter, language=language, at=now())
        return order, cause, None
    found = order_numbered(shop, number)
    if found is None:
        return _("There is no order of this number in the shop.")
    shown = [one for one in letters_of(found) if one.letter is letter]
    if not shown:
        return _("This order has no such letter. Leave the number empty for a sample.")
    return found, shown[-1].correlation_id, shown[-1].number


def looked_at(
    shop: Shop, letter: Letter, words: LetterWords, *, number: str, language: str
) -> tuple[str, str, str] | str:
    """Subject, text and HTML of the letter with these words; or why it cannot be shown."""
    about = occasion(shop, letter, number=number, language=language)
    if isinstance(about, str):
        return about
    order, cause, own_number = about
    return parts().letter_look(
        without_codes(order), letter, cause, own_number, words=words, language=language
    )


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
