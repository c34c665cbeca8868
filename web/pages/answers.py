"""Questions about tickets as fields of a form: what is asked, what was typed, what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.order.stamps import TicketAnswers
from ledger.order.ticket_answers import AskedTicket, clean
from ledger.shop.limits import ANSWER
from ledger.shop.questions import AnswerRule, Needed, QuestionKind, TicketQuestion, answer_fault
from ledger.shop.shop import Shop
from ledger.shop.stamps import ProductRevised
from web.i18n.format import local
from web.i18n.gettext import _
from web.i18n.refusals import of_answer

_TYPES = {QuestionKind.EMAIL: "email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedField:
    """One question with what was typed. `needed`: there has to be an answer here and now."""

    name: str
    question: TicketQuestion
    value: str
    needed: bool
    error: str = ""

    @property
    def label(self) -> str:
        return local(self.question.label)

    @property
    def hint(self) -> str:
        """What the shop says beside it; or until when it may wait."""
        said = local(self.question.hint) if self.question.hint else ""
        later = self.question.needed is Needed.LATER and not self.needed
        return " ".join(filter(None, (said, _("You can answer later, too.") if later else "")))

    @property
    def type(self) -> str:
        """The type of its line in HTML."""
        return _TYPES.get(self.question.kind, "text")

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Value and text of each; none where anything may be typed."""
        return [(one.slug, local(one.label)) for one in self.question.choices]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPart:
    """One ticket's questions. `product` and `nth`, from 1, tell the ticket."""

    product: str
    nth: int
    legend: str
    fields: Sequence[AskedField]

    @property
    def answers(self) -> dict[str, str]:
        """What was typed, by question."""
        return clean({one.question.slug: one.value for one in self.fields})


def parts_of(
    shop: Shop,
    bought: Sequence[tuple[ProductRevised, int]],
    typed: Mapping[str, str],
    *,
    complain: bool,
) -> list[AskedPart]:
    """A part for each ticket about which the shop asks, before anything is ordered."""
    return [
        part
        for product, quantity in bought
        for part in _of_product(shop, product, quantity, typed, complain=complain)
    ]


def _of_product(
    shop: Shop,
    product: ProductRevised,
    quantity: int,
    typed: Mapping[str, str],
    *,
    complain: bool,
) -> Iterator[AskedPart]:
    questions = shop.asks(product.slug).asked
    count = quantity * product.tickets if questions else 0
    for nth in range(1, count + 1):
        fields = [
            asked_field(
                f"answer.{product.slug}.{nth}.{one.slug}",
                one,
                typed,
                needed=one.needed is Needed.AT_CHECKOUT,
                complain=complain,
            )
            for one in questions
        ]
        yield AskedPart(
            product=product.slug,
            nth=nth,
            legend=legend(local(product.title), nth, count),
            fields=fields,
        )


def asked_field(
    name: str,
    question: TicketQuestion,
    typed: Mapping[str, str],
    *,
    needed: bool,
    complain: bool,
    known: str = "",
) -> AskedField:
    """A question as a field; `known` stands in it until something else is typed."""
    value = typed.get(name, known).strip()[: 2 * ANSWER]
    rule = answer_fault(question, value)
    if rule is None and needed and not value:
        rule = AnswerRule.REQUIRED
    error = of_answer(rule) if rule is not None and complain else ""
    return AskedField(name=name, question=question, value=value, needed=needed, error=error)


def legend(title: str, nth: int, count: int) -> str:
    """Which ticket a group of questions is about."""
    if count == 1:
        return title
    return _("%(title)s, ticket %(nth)s of %(count)s", title=title, nth=nth, count=count)


def wrong(parts: Sequence[AskedPart]) -> list[AskedField]:
    """Every field that has to be looked at again."""
    return [one for part in parts for one in part.fields if one.error]


def answers_typed(
    typed: Mapping[str, str], parts: Sequence[AskedPart]
) -> dict[str, list[dict[str, str]]]:
    """What was told of each ticket, by product, in the order of its tickets."""
    found: dict[str, list[dict[str, str]]] = {}
    for part in parts:
        found.setdefault(part.product, []).append(part.answers)
    return found


def parts_of_tickets(
    tickets: Sequence[AskedTicket],
    typed: Mapping[str, str],
    *,
    complain: bool,
    optional: bool = False,
) -> list[AskedPart]:
    """The same of an order: a part for each of these tickets, with what is known of it.

    `optional`: nothing has to be answered, as for ticket sales.
    """
    return [_of_ticket(one, typed, complain=complain, optional=optional) for one in tickets]


def _of_ticket(
    one: AskedTicket, typed: Mapping[str, str], *, complain: bool, optional: bool
) -> AskedPart:
    line, number = one.ticket.line, one.ticket.number
    fields = [
        asked_field(
            f"answer.{number}.{each.slug}",
            each,
            typed,
            needed=each.needed is Needed.AT_CHECKOUT and not optional,
            complain=complain,
            known=one.answers.get(each.slug, ""),
        )
        for each in one.questions
    ]
    count = line.quantity * line.tickets
    title = legend(local(line.title), one.ticket.nth, count)
    return AskedPart(product=line.product, nth=number, legend=title, fields=fields)


def told_of(parts: Sequence[AskedPart]) -> tuple[TicketAnswers, ...]:
    """What was typed about each ticket of an order."""
    return tuple(TicketAnswers(ticket=one.nth, answers=one.answers) for one in parts)
