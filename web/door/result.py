"""What a scan came to, as the page shows it where no script does: a word, its sign, what to do."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from ledger.shop.shop import Shop
from ledger.shop.stamps import Admission
from ledger.tickets.code import LENGTH, as_stored
from web.actions.door import Answer
from web.door.words import Verdict, sentences, verdicts
from web.i18n.format import clock_time, local, weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Verdict):
    """A verdict about one ticket: what it is for, and what else is known of it."""

    title: str = ""
    lines: Sequence[str] = ()


def result_of(answer: Answer, shop: Shop) -> Result:
    """How an answer of the ledger is told."""
    line = answer.ticket.line if answer.ticket else None
    admission = shop.admissions.get(line.product) if line else None
    return Result(
        **asdict(verdicts()[answer.word]),
        title=local(line.title) if line else "",
        lines=[*_lines(answer, admission or Admission())],
    )


def unread(typed: str) -> Result | None:
    """What is no code of a ticket is told at once; None where it is one."""
    if as_stored(typed):
        return None
    signs = [sign for sign in typed if not sign.isspace() and sign != "-"]
    nearly = abs(len(signs) - LENGTH) <= LENGTH // 4 and all(one.isalnum() for one in signs)
    return Result(**asdict(verdicts()["mistyped" if nearly else "not_a_code"]))


def _lines(answer: Answer, admission: Admission) -> Iterator[str]:
    say = sentences()
    if answer.word == "valid" and answer.again:
        yield say["again"]
    elif answer.word == "valid" and (handed := local(admission.hand_out)):
        yield say["hand_out"] % {"what": handed}
    if answer.ticket and answer.order:
        told = {"number": answer.ticket.number, "count": answer.ticket.count}
        yield say["ticket"] % {**told, "order": f"#{answer.order.number}"}
    if answer.used:
        where = {"door": answer.used.door, "device": answer.used.device}
        yield say["used_at"] % {"time": clock_time(answer.used.at), **where}
    if answer.word == "revoked" and answer.why in say:
        yield say[answer.why]
    if answer.word == "wrong_day":
        yield say["only_days"] % {"days": ", ".join(map(_day, admission.days))}
    if answer.word == "wrong_door":
        yield say["only_doors"] % {"doors": ", ".join(admission.doors)}


def _day(day: str) -> str:
    """A day of the shop, by its noon: it is told in the shop's zone."""
    return weekday(datetime.fromisoformat(f"{day}T12:00:00+00:00"))
