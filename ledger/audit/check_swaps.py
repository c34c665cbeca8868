"""Whether swaps were kept to: both orders tell the same, and the money that went over is there."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ledger.audit.findings import Finding, Step, SwapNews, finding
from ledger.kernel.events import Recorded
from ledger.kernel.money import zero
from ledger.order.stamps import LinesSwapped

_Pair = tuple[bytes, bytes]


def swaps_are_covered(step: Step) -> Iterator[Finding]:
    """Law 7: what goes over was given back of the old order, and came to the new one."""
    order, news = step.order, step.stamp
    if order is None or news is None or not isinstance(news.stamp, LinesSwapped):
        return
    said, cause = news.stamp, news.correlation_id
    nothing = zero(said.amount.currency)
    if said.came:
        attempt = order.attempts.get(cause)
        there = (attempt.received if attempt else None) or nothing
    else:
        refund = order.refunds.get(cause)
        there = (refund.manual if refund else None) or nothing
    short = there != said.amount if said.came else there.amount < said.amount.amount
    if short:
        yield step.finding("7", f"{said.amount} of a swap, but {there} went over")


OF_CERTAIN: Mapping[Callable[[Step], Iterable[Finding]], tuple[type, ...]] = {
    swaps_are_covered: (LinesSwapped,),
}


def swap_news(one: Recorded[object], stream: bytes) -> Iterator[SwapNews]:
    """What a stamp tells about a swap, from the side of one of its orders."""
    said = one.stamp
    if isinstance(said, LinesSwapped):
        agreed = said.amount.amount, said.amount.currency
        yield one.position, stream, said.order.bytes, said.came, agreed


class SwapCheck:
    """Law 7, over all streams: both orders of a swap name each other, and the same sum."""

    def __init__(self) -> None:
        # Of which one side is known: both stand in one append, so that it is soon empty again.
        self._open: dict[_Pair, SwapNews] = {}

    def take(self, news: Sequence[SwapNews]) -> Iterator[tuple[int, Finding]]:
        """Findings of the next news, which come in the order of positions."""
        for one in news:
            position, stream, other, came, agreed = one
            pair = (other, stream) if came else (stream, other)
            known = self._open.pop(pair, None)
            if known is None or known[3] is came:
                self._open[pair] = one
            if known is not None and (known[3] is came or known[4] != agreed):
                yield position, _differs(position, stream)

    def at_end(self) -> Iterator[Finding]:
        """Swaps of which the other order told nothing."""
        for position, stream, *_ in self._open.values():
            yield _differs(position, stream)


def _differs(position: int, stream: bytes) -> Finding:
    return finding(
        position, stream, law="7", text="the other order of a swap does not say the same"
    )
