"""Whether a letter to all buyers reaches each order once, and news an address once, if wanted."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from ledger.audit.findings import Finding, Step
from ledger.kernel.events import derived
from ledger.news.reader import NewsReader
from ledger.news.stamps import NewsAddressed
from ledger.order.decisions.buyers import was_addressed
from ledger.order.order import Order
from ledger.order.stamps import BuyerAddressed


def reached_once(step: Step) -> Iterator[Finding]:
    """Law 9: an order is reached once by a letter to all buyers, under the id of the two."""
    if not isinstance(step.before, Order) or step.stamp is None:
        return
    said = step.stamp.stamp
    if not isinstance(said, BuyerAddressed):
        return
    if was_addressed(step.before, said.mailing):
        yield step.finding("9", "a letter to all buyers reaches an order twice")
    if step.stamp.correlation_id != derived(said.mailing, str(step.stamp.stream)):
        yield step.finding("9", "a letter to all buyers stands under another correlation id")


def news_wanted(step: Step) -> Iterator[Finding]:
    """Law 9: news go to an address once, and to none that declined them."""
    if not isinstance(step.before, NewsReader) or step.stamp is None:
        return
    said = step.stamp.stamp
    if not isinstance(said, NewsAddressed):
        return
    if said.mailing in step.before.mailings:
        yield step.finding("9", "news go to an address twice")
    if step.before.declined:
        yield step.finding("9", "news go to an address that declined them")


OF_CERTAIN: Mapping[Callable[[Step], Iterable[Finding]], tuple[type, ...]] = {
    reached_once: (BuyerAddressed,),
    news_wanted: (NewsAddressed,),
}
