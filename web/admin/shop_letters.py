"""A shop's own words in its letters, kind by kind, with the letter as it would be."""

from collections.abc import Mapping
from functools import partial

from flask import Response, make_response, render_template, url_for
from flask_babel import lazy_gettext as _l

from ledger.order.stamps import Letter
from ledger.shop.letter_words import NO_WORDS, PLACES
from ledger.shop.shop import Shop, ShopSpec
from ledger.staff.role import Role
from web.admin.catalogue import READERS, shop_known
from web.admin.guard import back_office, current_staff, needs
from web.admin.letter_look import framed_letter, framed_trouble, framing, looked_at, newest_with
from web.admin.shop_edit import Answer, ShopPage, shop_form, shop_press
from web.admin.shop_fields import TONGUES, FieldKind
from web.admin.shop_sections import field
from web.admin.words import LETTERS
from web.http.problems import ProblemRaised
from web.i18n import languages
from web.i18n.gettext import _

pages = back_office("shop_letters", __name__)
# What may stand in braces, in words.
PLACE_WORDS: Mapping[str, object] = {
    "name": _l("first name"),
    "order": _l("number of the order"),
    "total": _l("what the order costs"),
    "page": _l("address of the order's page"),
    "shop": _l("name of the shop"),
    "starts": _l("when it starts"),
    "venue": _l("where it takes place"),
    "contact": _l("the shop's email address"),
    "amount": _l("what is returned"),
    "reference": _l("payment reference"),
    "ticket": _l("title of the ticket"),
}


@pages.get("/shops/<shop>/letters")
@needs(*READERS)
def index(shop: str) -> str:
    """Every kind of letter with what the shop says in it."""
    found = shop_known(shop)
    return render_template(
        "admin/letters.html",
        shop_of=found,
        kinds=[(one, LETTERS[Letter(one)], found.letters.get(one, NO_WORDS)) for one in PLACES],
        tongues=TONGUES,
        may_change=current_staff().may(shop=shop),
    )


@pages.get("/shops/<shop>/letters/<letter>")
@needs(Role.ADMIN)
def form(shop: str, letter: str) -> Response:
    """The words of one kind of letter."""
    return framing(shop_form(_page(shop_known(shop), _kind(letter))))


@pages.post("/shops/<shop>/letters/<letter>")
@needs(Role.ADMIN)
def press(shop: str, letter: str) -> Answer:
    """Looked at in the letter; shown as a change; then said from here on."""
    answer = shop_press(_page(shop_known(shop), _kind(letter)))
    if isinstance(answer, Response) and answer.status_code != 200:
        return answer
    made = make_response(answer)
    if made.status_code in (200, 412, 422) and "X-Frame-Options" not in made.headers:
        framed = framing(made.get_data(as_text=True))
        framed.status_code = made.status_code
        return framed
    return made


def _kind(letter: str) -> Letter:
    if letter not in PLACES:
        raise ProblemRaised("not-found")
    return Letter(letter)


def _page(shop: Shop, letter: Letter) -> ShopPage:
    at = f"letters.{letter}"
    return ShopPage(
        shop=shop,
        title=str(LETTERS[letter]),
        lead=_(
            "Amounts, numbers, links and what the law wants to be said always stand in the letter,"
            " in our words. Yours stand beside them. Letters that were sent stay as they are."
        ),
        over=_("Letters"),
        back=url_for("shop_letters.index", shop=shop.slug),
        fields=(
            field(
                f"{at}.subject",
                FieldKind.TEXTS,
                _l("Subject of the letter"),
                _l("Left empty, it is ours."),
            ),
            field(
                f"{at}.opening",
                FieldKind.AREAS,
                _l("Below the greeting"),
                _l(
                    "Plain text. An empty line begins a paragraph; an address that begins with"
                    " https:// can be pressed."
                ),
            ),
            field(f"{at}.closing", FieldKind.AREAS, _l("At the end")),
        ),
        template="admin/letter_words.html",
        look=partial(_look, letter),
        more={
            "places": [(one, PLACE_WORDS[one]) for one in PLACES[letter]],
            "newest": newest_with(shop, letter),
            "spoken": languages.current(),
        },
    )


def _look(
    letter: Letter, shop: Shop, spec: ShopSpec, typed: Mapping[str, str], wrong: list[str]
) -> Answer:
    """The letter in its frame, with what is typed."""
    if wrong:
        return framed_trouble(*wrong)
    language = typed.get("spoken", "")
    made = looked_at(
        shop,
        letter,
        spec.letters.get(letter, NO_WORDS),
        number=typed.get("number", "")[:40],
        language=language if language in TONGUES else "en",
    )
    if isinstance(made, str):
        return framed_trouble(made)
    return framed_letter(made, plain=typed.get("look") == "text")
