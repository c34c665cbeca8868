"""Whether an account keeps its laws: one for an address, an order claimed once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ledger.accounts.account import Account, account_id
from ledger.accounts.stamps import AccountLanguageChosen, AccountOpened, OrdersClaimed
from ledger.audit.findings import Finding, Step


def opened_once(step: Step) -> Sequence[Finding]:
    """SPEC A3: an account is opened first and once, in the stream of its own address."""
    if not isinstance(step.before, Account) or step.stamp is None:
        return ()
    said = step.stamp.stamp
    if isinstance(said, AccountOpened) != (step.before.opened is None):
        opened = "again" if step.before.opened else "never"
        return [step.finding("A3", f"{step.type} on an account that was {opened} opened")]
    if isinstance(said, AccountOpened):
        expected = account_id(said.email_index, said.generation)
        if step.stamp.stream != expected:
            return [step.finding("A3", "an account stands in a stream of another address")]
    return ()


def claimed_once(step: Step) -> Iterator[Finding]:
    """SPEC A3: an account claims an order once."""
    if not isinstance(step.before, Account) or step.stamp is None:
        return
    said = step.stamp.stamp
    if isinstance(said, OrdersClaimed):
        again = step.before.claimed & {*said.orders}
        if again or len({*said.orders}) < len(said.orders):
            yield step.finding("A3", "claims an order again")


OF_CERTAIN: Mapping[Callable[[Step], Iterable[Finding]], tuple[type, ...]] = {
    opened_once: (AccountOpened, AccountLanguageChosen, OrdersClaimed),
    claimed_once: (OrdersClaimed,),
}
