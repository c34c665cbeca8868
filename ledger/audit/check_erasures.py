"""Whether people were erased as the law allows: of their own stream, and nothing open by it."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from ledger.audit.findings import Finding, Step
from ledger.kernel.erasure import Erased
from ledger.order.decisions.erase import Open, hindrances
from ledger.order.order import Order

# What is on its way by itself is no money and no ticket.
_PASSING = (Open.LETTERS, Open.STEP)


def erased_when_over(step: Step) -> Iterator[Finding]:
    """SPEC Z1: a person is erased in the stream that says so, and not while something is open."""
    if step.stamp is None or not isinstance(step.stamp.stamp, Erased):
        return
    if step.stamp.stamp.subject != step.stamp.stream:
        yield step.finding("Z1", "an erasure of another stream")
    if isinstance(step.before, Order):
        open = {one.open for one in hindrances(step.before, step.stamp.recorded_at)}
        if told := sorted(open.difference(_PASSING)):
            yield step.finding("Z1", f"erased while this was open: {', '.join(told)}")


OF_CERTAIN: Mapping[Callable[[Step], Iterable[Finding]], tuple[type, ...]] = {
    erased_when_over: (Erased,),
}
