"""Letters a second, with and without the tickets that they bring, and what each costs.

`python -m tests.benchmarks.letters [--orders 400] [--runs 3] [--json FILE]`

The worker's reactor claims over a ledger in memory, writes, and sends to a mail server in a process
of its own: what is measured is the letter, not the disk. The waits are a letter's own, from its
writing to the server's word that it was taken. What starts with the first letter is not counted.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import psutil

from adapters.mail.letters import render
from adapters.mail.smtp import SmtpMail
from adapters.mail.tickets.press import Press, printed_here
from adapters.mail.tickets.press_process import PressProcess
from adapters.mail.tickets.sheet import TicketSheet, sheet_of
from adapters.worker.reactors.deliver_letter import LetterClaim, Outcome, Post
from adapters.worker.threads import Threads
from ledger.order.stamps import ReceiptSent
from tests.benchmarks.command import command
from tests.benchmarks.lag import helper
from tests.benchmarks.measuring import Figures, median_of, ratio, summary
from tests.kits.letter_orders import ticketed
from tests.kits.worker import World, shop_spec
from web.wiring.reactors import LETTERS_AT_ONCE, draw_and_print

_BASE = "https://tickets.example"


@dataclass
class Timed:
    """A post that notes how long each letter took."""

    post: Post
    waits: list[float]

    def __call__(self, claim: LetterClaim) -> tuple[LetterClaim, Outcome]:
        began = time.perf_counter()
        done = self.post(claim)
        self.waits.append(time.perf_counter() - began)
        return done

    @property
    def mail(self) -> Any:
        return self.post.mail


def selling(tickets: int, orders: int) -> World:
    """A shop whose orders are paid and owe their letter."""
    world = World()
    spec = shop_spec(world.clock())
    (product,) = spec.products
    other = replace(
        spec, quotas={"weekend": 10 * orders}, products=(replace(product, tickets=tickets),)
    )
    world.shops.import_shop(other, actor="bench", at=world.clock())
    for _ in range(orders):
        world.placed_and_paid()
    return world


@contextmanager
def printer(kind: str) -> Iterator[Callable[[TicketSheet], bytes]]:
    """Beside, as the worker prints, or in its own process."""
    if kind == "here":
        yield printed_here
        return
    beside = PressProcess()
    try:
        yield beside
    finally:
        beside.close()


def a_sheet() -> TicketSheet:
    """Any one, to be printed before it counts."""
    sheet = sheet_of(ticketed())
    assert sheet is not None, "its tickets are valid"
    return sheet


def sent(tickets: int, *, orders: int, kind: str = "beside") -> Figures:
    """One run: rate, waits, and milliseconds of processor time for a letter, by process."""
    world, waits = selling(tickets, orders), list[float]()
    with helper("lag_mail") as mail, printer(kind) as prints:
        executor = Threads(most=1, name="tickets") if kind == "beside" else None
        press = Press(prints, executor=executor)
        made = world.letters()
        smtp = SmtpMail(f"smtp://127.0.0.1:{mail.told}", "tickets@lag.example", keeps=True)
        post = replace(
            made.post,
            mail=smtp,
            render=lambda order, due, number: render(
                order,
                due.letter,
                correlation_id=due.correlation_id,
                number=number,
                base_url=_BASE,
                files=press.attachments,
            ),
        )
        timed: Any = Timed(post, waits)
        draw = partial(draw_and_print, press=press, keyed_hash=world.keyring.keyed_hash)
        letters = replace(
            made, post=timed, draw=draw, threads=Threads(most=LETTERS_AT_ONCE, name="letters")
        )
        prints(a_sheet())
        printed, before, began = _spent(prints), time.process_time(), time.monotonic()
        letters.run()
        took, spent = time.monotonic() - began, time.process_time() - before
        beside = _spent(prints) - printed
        smtp.close()
    kept = sum(isinstance(one.stamp, ReceiptSent) for one in world.stamps())
    assert kept == len(waits) == orders, f"{kept} of {orders} letters went out"
    figures = summary(waits, seconds=took)
    return {
        **figures,
        "cpu_ms": round(1000 * spent / orders, 2),
        "beside_cpu_ms": round(1000 * beside / orders, 2),
    }


def _spent(prints: object) -> float:
    """Processor time of the process that prints, if there is one, up to this moment."""
    if not isinstance(prints, PressProcess) or prints.pid is None:
        return 0.0
    times = psutil.Process(prints.pid).cpu_times()
    return float(times.user + times.system)


def measured(_: object, *, orders: int, runs: int) -> list[dict[str, Any]]:
    """Letters with tickets beside those without, and beside tickets printed in the same process."""
    cases: Mapping[str, Callable[[], Figures]] = {
        "ours": partial(sent, 1, orders=orders),
        "without tickets": partial(sent, 0, orders=orders),
        "printed in the same process": partial(sent, 1, orders=orders, kind="here"),
    }
    sent(1, orders=8, kind="here")  # whatever is made once
    told = {name: median_of([work() for _ in range(runs)]) for name, work in cases.items()}
    ours = told.pop("ours")
    return [
        {
            "case": "letters that bring a ticket, printed beside",
            "callers": LETTERS_AT_ONCE,
            "ours": ours,
            "peers": told,
            "limit": {},
            "ratio": {name: ratio(ours, figures) for name, figures in told.items()},
        }
    ]


def table(result: dict[str, Any]) -> str:
    """For people: rates, waits, and the processor time of a letter."""
    (row,) = result["rows"]
    lines = [row["case"]]
    for name, one in {"ours": row["ours"], **row["peers"]}.items():
        waits = f"p50 {one['p50_ms']:.1f} ms  p99 {one['p99_ms']:.1f} ms"
        cpu = f"cpu {one['cpu_ms']:.1f} ms + {one['beside_cpu_ms']:.1f} ms beside"
        lines.append(f"  {one['per_second']:>6,.0f}/s  {waits}  {cpu}  {name}")
    return "\n".join(lines)


if __name__ == "__main__":
    defaults = {"orders": 400, "runs": 3}
    command("letters", measured, about=__doc__, defaults=defaults, table=table)
