"""The reference of order states, as the table says them; run as a program, it writes the page."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ledger.kernel.events import declared
from ledger.order import transitions as t
from ledger.order.status import Status
from ledger.order.transitions import SITUATIONS, TABLE, Event, Situation, Transition, Who, row_of
from web.http.problems import PROBLEMS

PAGE = Path(__file__).parents[2] / "docs/reference/order-states.md"
_INTRO = """# Order states

What can happen to an order in each of its states, and what comes of it: the stamps, in their order;
or the refusal, by its [problem](problems.md); or nothing. This page is made of the table in
`ledger/order/transitions.py`, by `.venv/bin/python -m tests.kits.order_states`. The tests in
`tests/ledger/order/test_transitions.py` prove each row against the deciders and the fold, fail for
a pair that is not told, and compare this page with the table. The table drives nothing: the status
word is derived from the money, the seats and the attempts of an order, and is stored nowhere. What
can be asked of one order just now, and why not the rest, tells `orders show ID --may`.

An order begins with `ORDER_PLACED` and, in the same append, `ZERO_PRICE` (it is `PAID`: free and
confirmed) or its first `CREATE_PAYMENT_REQUEST` (it is `PENDING`).
"""
_LIFE = """
## What happens by itself, by customers and by news

Left out is what the tables below have, too: news of refunds that nobody here had asked for, a
dispute, which can be opened from every word, and authorizations that end.
"""
_SALES = """
## What ticket sales does
"""
_MATRIX = """
## Every word, every event

● stamped, and the word changes · ○ stamped, the word stays · ✗ refused · blank: nothing. Where
there are several, it depends on the situation.
"""
# Of these the diagram would be nothing but lines.
_NOT_DRAWN = (t.DISPUTED, t.ASSIGNED, t.VOIDED, t.LAPSED)
_OF_REFUNDS = (t.REFUND_ACCEPTED, t.REFUND_REFUSED, t.REFUNDED, t.REFUND_FAILED)
_ASKED_FOR = (Status.REFUND_REQUESTED, Status.REFUND_FAILED, Status.REFUNDED)
_BEGINNINGS = "    [*] --> PENDING: placed\n    [*] --> PAID: placed, free\n"


def page() -> str:
    """The whole page."""
    drawn = [one for one in TABLE if one not in _NOT_DRAWN]
    life = [one for one in drawn if one.who is not Who.LEDGER and one.who is not Who.STAFF]
    sales = [one for one in drawn if one.who is Who.STAFF]
    parts = [_INTRO, _LIFE, *_diagram([*life, t.NEXT_STEP], _BEGINNINGS), _SALES]
    parts += [*_diagram(sales), _words(), _MATRIX, *_matrix(), *map(_section, Who)]
    return "".join(parts)


def _diagram(events: Sequence[Event], beginnings: str = "") -> Iterator[str]:
    edges: dict[tuple[Status, Status], list[str]] = {}
    for event in events:
        for before in Status if event not in _OF_REFUNDS else _ASKED_FOR:
            for after in sorted(_moves(event, before)):
                edges.setdefault((before, after), []).append(event.name)
    yield f"\n```mermaid\nstateDiagram-v2\n{beginnings}"
    for (before, after), names in edges.items():
        yield f"    {before} --> {after}: {' / '.join(names)}\n"
    yield "```\n"


def _moves(event: Event, before: Status) -> set[Status]:
    """The other words that an event leads to."""
    rows = (row_of(event, one) for one in SITUATIONS[before])
    return {row.to for row in rows if row.to is not None and row.to is not before}


def _words() -> str:
    rows = (f"| `{word}` | {'; '.join(situations)} |\n" for word, situations in SITUATIONS.items())
    return "\n## Situations\n\n| word | an order may be |\n|---|---|\n" + "".join(rows)


def _matrix() -> Iterator[str]:
    yield "\n| | " + " | ".join(f"`{word}`" for word in Status) + " |\n" + "|---" * 13 + "|\n"
    for event in TABLE:
        cells = (_marks(event, word) for word in Status)
        yield f"| {event.who}: {event.name} | {' | '.join(cells)} |\n"


def _marks(event: Event, word: Status) -> str:
    rows = [row_of(event, one) for one in SITUATIONS[word]]
    return "".join(dict.fromkeys(_mark(row, word) for row in rows))


def _mark(row: Transition, word: Status) -> str:
    if row.refusal is not None:
        return "✗"
    if not row.stamps:
        return ""
    return "○" if row.to in (None, word) else "●"


def _section(who: Who) -> str:
    head = f"\n## {who}\n\n| what happens | where | what comes of it |\n|---|---|---|\n"
    return head + "".join(_event(event) for event in TABLE if event.who is who)


def _event(event: Event) -> str:
    title = f"{event.name}{_by(event)}"
    lines: list[str] = []
    for row in TABLE[event]:
        where = _places(event, row) if row.at else ("everywhere else" if lines else "everywhere")
        lines.append(f"| {title} | {where} | {_outcome(row)} |\n")
        title = ""
    return "".join(lines)


def _by(event: Event) -> str:
    if event.of is object:
        return ""
    name = event.of.__name__ if event.who is not Who.NEWS else declared(event.of).name
    return f" (`{name}`)"


def _places(event: Event, row: Transition) -> str:
    """Words alone where they are meant whole; else with the situations that are meant."""
    told: list[str] = []
    meant = [one for one in Situation if row_of(event, one) is row]
    for word, situations in SITUATIONS.items():
        some = [one for one in situations if one in meant]
        if some:
            told.append(
                f"`{word}`" + (f" ({'; '.join(some)})" if len(some) < len(situations) else "")
            )
    return ", ".join(told)


def _outcome(row: Transition) -> str:
    if row.refusal is not None:
        code = f", code `{row.code}`" if row.code else ""
        return f"refused: `{PROBLEMS[row.refusal].slug}`{code}"
    if not row.stamps:
        return "nothing"
    made = " ".join(f"`{declared(one).name}`" for one in row.stamps)
    return f"{made} → `{row.to}`" if row.to else f"{made}, the word stays"


if __name__ == "__main__":
    PAGE.write_text(page())
