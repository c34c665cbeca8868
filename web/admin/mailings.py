"""A letter to all buyers of a shop: written once, looked at, tried on oneself, sent, paused."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.kernel.refusals import ShopChanged
from ledger.news.reader import NewsReaders
from ledger.order.decisions.buyers import is_meant
from ledger.order.letter_samples import sample_letter
from ledger.order.stamps import Letter
from ledger.shop.buyers_letter import Mailing, open_one
from ledger.shop.letter_rules import mailing_faults
from ledger.shop.letter_words import BUYERS_PLACES, LetterWords
from ledger.shop.limits import MAILING_TEXT, REASON
from ledger.shop.mailing_service import Mailings
from ledger.shop.shop import Shop
from ledger.shop.stamps import Buyers, MailingStarted, MailingState
from ledger.staff.role import Role
from projections.order_search import OrderSearch
from web.actions.find_orders import find_all
from web.admin.actors import called
from web.admin.catalogue import READERS, shop_known, title_of
from web.admin.guard import back_office, current_staff, needs
from web.admin.letter_look import framed_letter, framed_trouble, framing
from web.admin.mailing_words import ABOUT, BUYERS, MAILING_TONES, TURNS
from web.admin.shop_fields import TONGUES
from web.admin.shop_letters import PLACE_WORDS
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.i18n import languages
from web.i18n.gettext import _
from web.i18n.shop_faults import of_fault
from web.pages.forms import PressForm

pages = back_office("mailings_admin", __name__)
Answer = str | Response | tuple[str | Response, int]
# Orders that are counted one by one; who has more is told that they are more.
MOST_COUNTED = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many get a letter as things stand; `declined` addresses want no news."""

    letters: int
    declined: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingShown:
    """A letter to buyers with how far it is: how many letters in which state."""

    mailing: Mailing
    by: str
    counts: Mapping[str, int]

    @property
    def reached(self) -> int:
        """How many orders it has reached."""
        return sum(self.counts.values())


@pages.get("/shops/<shop>/mailings")
@needs(*READERS)
def page(shop: str) -> Answer:
    """What was written to buyers, how far it is, and room for another one."""
    return framing(_page(shop_known(shop), {}))


@pages.post("/shops/<shop>/mailings")
@needs(Role.ADMIN)
def write(shop: str) -> Answer:
    """Looked at, tried on oneself, counted; with `sure` it goes out."""
    slow_down("mailing", limit=120)
    found, typed = shop_known(shop), _typed()
    letter, wrong = _letter(typed), dict[str, str]()
    for one in mailing_faults(letter, found):
        control = ".".join(str(part) for part in one.path)
        wrong.setdefault(control if len(one.path) > 1 else _first(control), of_fault(one))
    if "look" in typed:
        return _looked(found, letter, typed, wrong)
    if "test" not in typed and not typed.get("reason", "").strip():
        wrong["reason"] = _("Say why. It is kept sealed with the shop.")
    if wrong:
        return framing(_page(found, typed, wrong=wrong)), 422
    if "test" in typed:
        return framing(_page(found, typed, told=_tried(found, letter)))
    if "again" in typed:
        return framing(_page(found, typed))
    if "sure" not in typed:
        return render_template(
            "admin/mailing_preview.html",
            shop_of=found,
            letter=letter,
            reach=_reach(found, letter),
            typed={name: text for name, text in typed.items() if name not in _OURS},
            buyers=[BUYERS[one] for one in letter.buyers],
            about=ABOUT[letter.about_order],
            product=_title(found, letter.product),
            tongues=TONGUES,
            form=PressForm(),
        )
    return _started(found, letter, typed)


@pages.post("/shops/<shop>/mailings/<mailing>")
@needs(Role.ADMIN)
def turn(shop: str, mailing: str) -> Answer:
    """It is paused, goes on, or is called off, with a reason."""
    slow_down("mailing", limit=120)
    found, id, reason = shop_known(shop), uuid_in(mailing), request.form.get("reason", "").strip()
    if id not in found.mailings or request.form.get("to") not in TURNS:
        raise ProblemRaised("not-found")
    if not 0 < len(reason) <= REASON:
        told = _("Say why. It is kept sealed with the shop.")
        return framing(_page(found, {}, complaint=told)), 422
    to, actor = MailingState(request.form["to"]), current_staff().actor
    Mailings(parts().store, parts().shops).turn(shop, id, to, reason=reason, actor=actor)
    return redirect(url_for("mailings_admin.page", shop=shop, done=1), 303)


_OURS = ("csrf_token", "sure", "again", "look", "test", "buyers")


def _typed() -> Mapping[str, str]:
    several = {name: "\n".join(texts) for name, texts in request.form.lists()}
    return {name: text[: 2 * MAILING_TEXT] for name, text in several.items()}


def _letter(typed: Mapping[str, str]) -> MailingStarted:
    chosen = typed.get("buyers", "").split()
    return MailingStarted(
        about_order=typed.get("about") == "order",
        product=typed.get("product", ""),
        buyers=tuple(one for one in Buyers if one in chosen),
        subject=_texts("subject", typed),
        text=_texts("text", typed),
    )


def _texts(name: str, typed: Mapping[str, str]) -> Mapping[str, str]:
    texts = {code: typed.get(f"{name}.{code}", "").replace("\r\n", "\n") for code in TONGUES}
    return {code: text.strip() for code, text in texts.items() if text.strip()}


def _first(control: str) -> str:
    """A text in several languages is complained about at the first."""
    return f"{control}.en" if control in ("subject", "text") else control


def _words(letter: MailingStarted) -> LetterWords:
    return LetterWords(subject=letter.subject, opening=letter.text)


def _looked(
    shop: Shop, letter: MailingStarted, typed: Mapping[str, str], wrong: Mapping[str, str]
) -> Answer:
    if wrong:
        return framed_trouble(*wrong.values())
    language = typed.get("spoken", "")
    made = _sample(shop, letter, language if language in TONGUES else "en")
    return framed_letter(made, plain=typed["look"] == "text")


def _sample(shop: Shop, letter: MailingStarted, language: str) -> tuple[str, str, str]:
    about = letter.about_order
    order, cause = sample_letter(
        shop, Letter.BUYERS, language=language, at=now(), about_order=about
    )
    words = _words(letter)
    return parts().letter_look(order, Letter.BUYERS, cause, None, words=words, language=language)


def _tried(shop: Shop, letter: MailingStarted) -> str:
    """One in each language that was written, to whoever writes."""
    send, member = parts().send_letter_test, current_staff().member
    to = parts().staff.get(member).email if member else None
    if send is None or not to:
        return _("Nothing was sent: there is no mail server here, or nobody's mailbox to send to.")
    sent = []
    for language in letter.text:
        order, cause = sample_letter(
            shop, Letter.BUYERS, language=language, at=now(), about_order=letter.about_order
        )
        words = _words(letter)
        sent.append(send(order, Letter.BUYERS, cause, words=words, language=language, to=to))
    if not all(sent):
        return _("The mail server did not take it. Try again in a moment.")
    return _("A letter in each language is on its way to %(address)s.", address=to)


def _reach(shop: Shop, letter: MailingStarted) -> Reach:
    """Whoever would get it if it were sent at this moment."""
    products = (letter.product,) if letter.product else ()
    search = OrderSearch(shops=(shop.slug,), products=products)
    listed = [*islice(find_all(parts(), "", search), MOST_COUNTED + 1)]
    orders = [one.order for one in listed[:MOST_COUNTED] if one.order is not None]
    meant = [one for one in orders if is_meant(one, letter)]
    more = len(listed) > MOST_COUNTED
    if letter.about_order:
        return Reach(letters=len(meant), declined=0, more=more)
    readers = NewsReaders(parts().store)
    addresses = {one.terms.email_index for one in meant}
    declined = sum(readers.get(shop.id, one).declined for one in addresses)
    return Reach(letters=len(addresses) - declined, declined=declined, more=more)


def _started(shop: Shop, letter: MailingStarted, typed: Mapping[str, str]) -> Answer:
    version = typed.get("version", "")
    seen = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else -1
    reason, actor = typed["reason"].strip()[:REASON], current_staff().actor
    try:
        Mailings(parts().store, parts().shops).start(
            shop.slug, letter, reason=reason, actor=actor, seen=seen
        )
    except ShopChanged:
        newest = parts().shops.newest(shop.slug)
        told = _("Somebody changed the shop, or wrote to the buyers, since you looked. Look again.")
        return framing(_page(newest, typed, complaint=told)), 412
    return redirect(url_for("mailings_admin.page", shop=shop.slug, done=1), 303)


def _page(
    shop: Shop,
    typed: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
    complaint: str = "",
    told: str = "",
) -> str:
    return render_template(
        "admin/mailings.html",
        shop_of=shop,
        mailings=[_shown(one) for one in [*shop.mailings.values()][::-1]],
        open=open_one(shop.mailings),
        products=[("", _("Everything")), *((slug, _title(shop, slug)) for slug in shop.revisions)],
        buyers=[(str(one), text) for one, text in BUYERS.items()],
        chosen=typed.get("buyers", "paid").split(),
        tones=MAILING_TONES,
        places=[(one, PLACE_WORDS[one]) for one in BUYERS_PLACES],
        typed=typed,
        errors=wrong or {},
        complaint=complaint,
        told=told,
        tongues=TONGUES,
        spoken=typed.get("spoken", languages.current()),
        form=PressForm(formdata=None),
        may_change=current_staff().may(shop=shop.slug),
        done=bool(request.args.get("done")),
    )


def _title(shop: Shop, slug: str) -> str:
    return title_of(shop.products[slug]) if slug in shop.products else slug


def _shown(mailing: Mailing) -> MailingShown:
    counts = parts().views.mailing_letters(mailing.id)
    return MailingShown(mailing=mailing, by=called(mailing.actor), counts=counts)
