"""What a shop asks about each ticket of a product, filled in on a page of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import request, url_for

from ledger.kernel.refusals import UnknownProduct
from ledger.shop.faults import Fault
from ledger.shop.limits import QUESTIONS_PER_PRODUCT
from ledger.shop.questions import AnswerChoice, Needed, QuestionKind, Questions, TicketQuestion
from ledger.shop.shop import Shop, ShopSpec
from ledger.staff.role import Role
from web.admin.catalogue import shop_known, title_of
from web.admin.guard import back_office, needs
from web.admin.shop_edit import Answer, ShopPage, shop_form, shop_press
from web.admin.shop_fields import TONGUES
from web.admin.shop_words import KINDS, NEEDS
from web.i18n.gettext import _

pages = back_office("shop_questions", __name__)
# More than there are, to be filled in.
_BLANK = 2
_LONGEST = 4_000
_UNTIL = "answers_until"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """One question as it stands in the form; `number` counts from 0."""

    number: int
    values: Mapping[str, str]

    def name(self, field: str) -> str:
        """What a control of it is called."""
        return f"q{self.number}.{field}"


@pages.get("/shops/<shop>/products/<product>/questions")
@needs(Role.ADMIN)
def page(shop: str, product: str) -> str:
    """What is asked now, and room for more."""
    return shop_form(_page(shop_known(shop), product, _typed()))


@pages.post("/shops/<shop>/products/<product>/questions")
@needs(Role.ADMIN)
def press(shop: str, product: str) -> Answer:
    """It is asked like this from here on; orders keep what they were asked."""
    return shop_press(_page(shop_known(shop), product, _typed()))


def _typed() -> Mapping[str, str]:
    return {name: text[:_LONGEST] for name, text in request.form.items()}


def _page(shop: Shop, slug: str, typed: Mapping[str, str]) -> ShopPage:
    if slug not in shop.products:
        raise UnknownProduct(slug)
    known = shop.asks(slug)
    rows = _rows(typed, known)
    until, unread = _until(typed, known, shop)
    wanted = Questions(asked=tuple(filter(None, map(_question, rows))), until=until)
    complaints = {_UNTIL: _("Enter a day and a time, or nothing.")} if unread else {}

    def changed(spec: ShopSpec) -> ShopSpec:
        products = (
            replace(one, questions=wanted) if one.slug == slug else one for one in spec.products
        )
        return replace(spec, products=tuple(products))

    filled = [row for row in rows if _question(row)]
    return ShopPage(
        shop=shop,
        title=_("Questions about each ticket"),
        lead=_(
            "Answers are kept sealed. A name stands on the ticket, and all of them go to the"
            " badge printer."
        ),
        over=title_of(shop.products[slug]),
        back=url_for("shop_product.page", shop=shop.slug, product=slug),
        wanted=changed if typed else lambda spec: spec,
        complaints=complaints,
        about=lambda fault: _control(fault, filled),
        template="admin/questions.html",
        more={
            "rows": rows,
            "kinds": [("", _("Not asked")), *((str(k), text) for k, text in KINDS.items())],
            "needed": [(str(k), text) for k, text in NEEDS.items()],
            "until": typed.get(_UNTIL, _local(known.until, shop)),
        },
    )


def _local(moment: datetime | None, shop: Shop) -> str:
    there = ZoneInfo(shop.terms.timezone)
    return moment.astimezone(there).strftime("%Y-%m-%dT%H:%M") if moment else ""


def _until(typed: Mapping[str, str], known: Questions, shop: Shop) -> tuple[datetime | None, bool]:
    """The date that was typed, in the shop's time; and whether it could not be read."""
    if _UNTIL not in typed:
        return known.until, False
    text = typed[_UNTIL].strip()
    if not text or text == _local(known.until, shop):
        return (known.until if text else None), False
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return known.until, True
    if not 1000 < local.year < 9000:
        return known.until, True
    there = local if local.tzinfo else local.replace(tzinfo=ZoneInfo(shop.terms.timezone))
    return there.astimezone(UTC), False


def _rows(typed: Mapping[str, str], known: Questions) -> list[QuestionRow]:
    count = min(len(known.asked) + _BLANK, QUESTIONS_PER_PRODUCT)
    if typed:
        count = max([count, *(_number(name) + 1 for name in typed)])
    rows = []
    for number in range(min(count, 2 * QUESTIONS_PER_PRODUCT)):
        shown = _shown(known.asked[number]) if number < len(known.asked) else {}
        sent = {
            name.partition(".")[2]: text
            for name, text in typed.items()
            if name.startswith(f"q{number}.")
        }
        rows.append(QuestionRow(number=number, values={**shown, **sent}))
    return rows


def _number(name: str) -> int:
    word = name.partition(".")[0].removeprefix("q")
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 3 else 0


def _shown(one: TicketQuestion) -> Mapping[str, str]:
    """A question as its controls show it; choices a line each, their texts between bars."""
    labels = {f"label.{tongue}": one.label.get(tongue, "") for tongue in TONGUES}
    hints = {f"hint.{tongue}": one.hint.get(tongue, "") for tongue in TONGUES}
    choices = "\n".join(
        " | ".join([choice.slug, *(choice.label.get(tongue, "") for tongue in TONGUES)])
        for choice in one.choices
    )
    return {
        "slug": one.slug,
        "kind": str(one.kind),
        "needed": str(one.needed),
        "choices": choices,
        **labels,
        **hints,
    }


def _question(row: QuestionRow) -> TicketQuestion | None:
    """None for a row that asks nothing."""
    said = row.values
    try:
        kind = QuestionKind(said.get("kind", ""))
    except ValueError:
        return None
    needed = said.get("needed", "")
    choices = _choices(said.get("choices", "")) if kind is QuestionKind.CHOICE else ()
    return TicketQuestion(
        slug=said.get("slug", "").strip(),
        kind=kind,
        label=_texts(said, "label"),
        hint=_texts(said, "hint"),
        needed=Needed(needed) if needed in [*Needed] else Needed.OPTIONAL,
        choices=choices,
    )


def _texts(said: Mapping[str, str], field: str) -> Mapping[str, str]:
    texts = {tongue: said.get(f"{field}.{tongue}", "").strip() for tongue in TONGUES}
    return {tongue: text for tongue, text in texts.items() if text}


def _choices(text: str) -> tuple[AnswerChoice, ...]:
    found = []
    for line in text.splitlines():
        slug, *labels = [part.strip() for part in line.split("|")]
        if not line.strip():
            continue
        told = zip(TONGUES, labels, strict=False)
        found.append(AnswerChoice(slug=slug, label={t: label for t, label in told if label}))
    return tuple(found)


def _control(fault: Fault, filled: Sequence[QuestionRow]) -> str:
    """The control that a complaint is about; those of other products are none of ours."""
    path = fault.path
    if path[-1:] == (_UNTIL,):
        return _UNTIL
    if len(path) < 4 or path[2] != "questions" or not isinstance(path[3], int):
        return ""
    if path[3] >= len(filled):
        return ""
    field = ".".join(str(one) for one in path[4:])
    return filled[path[3]].name("choices" if field.startswith("choices") else _typed_as(field))


def _typed_as(field: str) -> str:
    """A text in several languages is complained about at the first."""
    return f"{field}.en" if field in ("label", "hint") else field
