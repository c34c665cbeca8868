"""Whom nothing needs any more: found by their shop's rule, shown, and erased batch by batch."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from ledger.kernel.erasure import Ground
from ledger.kernel.refusals import Refusal
from ledger.kernel.store import Appended
from ledger.order.batch_service import Together
from ledger.order.order import Order
from ledger.order.retention import due_at, years_later
from ledger.privacy.erasure import EraseWish, append_of
from ledger.privacy.holdings import Holdings, KeptMessage
from ledger.shop.stamps import Retention
from projections.persons_kept import PersonKept
from web.actions.persons import forget, forget_accounts, own_vouchers, rule_of
from web.actions.transfer_files import unsent
from web.wiring.parts import Parts

_BATCH = 100
_FIRST = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
NOBODYS = ""


@dataclass(slots=True, kw_only=True)
class DueReport:
    """How many were (or would be) erased, by kind; and why others wait, by what is open.

    `left`: there is more than was asked to be looked at.
    """

    erased: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    left: bool = False


def rules(parts: Parts) -> Mapping[str, Retention]:
    """The rule of each shop, and of what is no shop's: the longest of them all."""
    known = {slug: rule_of(parts, slug) for slug in parts.shops.slugs()}
    longest = max((one.people_years for one in known.values()), default=Retention().people_years)
    return {**known, NOBODYS: Retention(people_years=longest)}


def erase_due(
    parts: Parts,
    *,
    actor: str,
    commit: bool,
    most: int | None = None,
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> DueReport:
    """Erase whoever is due, or only say who would be; broken off, the next run does the rest.

    Each order is erased by itself, a hundred in a commit. One that is open waits, and is told.
    """
    report, at, done = DueReport(), parts.clock(), 0
    every = rules(parts)
    of = sum(
        sum(parts.views.count_persons_due(shop, _cutoff(at, rule)).values())
        for shop, rule in every.items()
    )
    wish = EraseWish(correlation_id=uuid4(), actor=actor, at=at, ground=Ground.DUE)
    for shop, rule in every.items():
        for page in _pages(parts, shop, _cutoff(at, rule)):
            _batch(parts, page, rule, wish=wish, commit=commit, report=report)
            done += len(page)
            progress(done, of)
            if most is not None and done >= most:
                report.left = True
                return report
    _messages(parts, _cutoff(at, every[NOBODYS]), wish=wish, commit=commit, report=report)
    return report


def _cutoff(at: datetime, rule: Retention) -> datetime:
    return years_later(at, -rule.people_years)


def _pages(parts: Parts, shop: str, until: datetime) -> Iterator[Sequence[PersonKept]]:
    after = _FIRST
    while page := parts.views.persons_due(shop, until, after=after, limit=_BATCH):
        yield page
        after = page[-1].since, page[-1].stream


def _batch(
    parts: Parts,
    page: Sequence[PersonKept],
    rule: Retention,
    *,
    wish: EraseWish,
    commit: bool,
    report: DueReport,
) -> None:
    wanted: list[tuple[PersonKept, Holdings]] = []
    for row, found in _found(parts, page, rule):
        if why := _waits(parts, row, found, rule, wish.at):
            report.waiting[why] += 1
        elif found.readable:
            wanted.append((row, found))
    if commit:
        _forget_ahead(parts, [found for _, found in wanted])
    appends = [append_of(found, wish) for _, found in wanted] if commit else []
    outcomes = parts.store.append(*appends) if appends else [None] * len(wanted)
    for (row, found), outcome in zip(wanted, outcomes, strict=True):
        if outcome is not None and not isinstance(outcome, Appended):
            report.waiting["moved"] += 1
            continue
        report.erased[row.kind] += 1
        if outcome is not None:
            forget(parts, found)


def _forget_ahead(parts: Parts, wanted: Sequence[Holdings]) -> None:
    """Ahead of the commit: whoever is erased is not found by the next run."""
    for found in wanted:
        forget_accounts(parts, found)


def _found(
    parts: Parts, page: Sequence[PersonKept], rule: Retention
) -> Iterator[tuple[PersonKept, Holdings]]:
    """Each with what goes along with it, as the ledger has it now."""
    orders = Together(parts.store, parts.orders).get(
        [one.stream for one in page if one.kind == "order"]
    )
    cases = [parts.cases.get(one) for one in parts.views.cases_of([*orders])] if orders else []
    approvals = parts.approvals.of_orders([*orders])
    waiting = unsent(parts, orders.values())
    for row in page:
        match row.kind:
            case "order" if (order := orders.get(row.stream)) is not None:
                yield (
                    row,
                    Holdings(
                        orders=[order],
                        cases=[one for one in cases if one.about_order == order.id],
                        approvals=[one for one in approvals if one.request.order == order.id],
                        unsent=waiting,
                        rules={order.terms.shop_slug: rule},
                    ),
                )
            case "account":
                yield row, Holdings(accounts=[parts.accounts.get(row.stream)], rules={})
            case "case":
                yield row, Holdings(cases=[parts.cases.get(row.stream)], rules={})
            case "place":
                yield row, Holdings(places=[parts.waiting.get(row.stream)], rules={})
            case "listed":
                one = parts.grantees.get(row.stream)
                vouchers = own_vouchers(parts, [one])
                yield row, Holdings(grantees=[one], vouchers=vouchers, rules={})


def _waits(parts: Parts, row: PersonKept, found: Holdings, rule: Retention, at: datetime) -> str:
    """Why it is not erased now; empty if it is."""
    if any(due_at(order, rule) > at for order in found.orders):
        return "by_law" if rule.named_receipts else "not_yet"
    if found.grantees and years_later(_event_over(parts, row.shop), rule.people_years) > at:
        return "not_yet"
    for account in found.accounts:
        if parts.sessions.of("customer", account.id, at=at):
            return "signed_in"
        if _has_orders(parts, account.id, claimed=sorted(account.claimed)):
            return "has_orders"
    open = found.obstacles(at)
    return str(open[0].hindrance.open) if open else ""


def _event_over(parts: Parts, shop: str) -> datetime:
    """When nobody comes to a shop's event any more; long ago, where the shop cannot be read."""
    try:
        terms = parts.shops.get(shop).terms
    except Refusal:
        return _FIRST[0]
    return terms.ends_at or terms.starts_at


def _has_orders(parts: Parts, account: UUID, *, claimed: Sequence[UUID]) -> bool:
    listed = parts.views.orders_of_account(account, claimed=claimed, after=None, limit=_BATCH)
    known = Together(parts.store, parts.orders).get([order for order, _ in listed])
    return any(not one.erased for one in known.values())


def _messages(
    parts: Parts, until: datetime, *, wish: EraseWish, commit: bool, report: DueReport
) -> None:
    """Messages that no stamp cites are kept no longer than people."""
    while page := parts.inbox.uncited(until, _BATCH):
        kept = [KeptMessage(id=one, hash="") for one in page]
        if not commit:
            report.erased["message"] += len(page)
            report.left = report.left or len(page) == _BATCH
            return
        outcomes = parts.store.append(
            *(append_of(Holdings(messages=[one], rules={}), wish) for one in kept)
        )
        gone = sum(isinstance(one, Appended) for one in outcomes)
        report.erased["message"] += gone
        if not gone:
            return


def orders_due(parts: Parts, shop: str, *, most: int) -> Sequence[Order]:
    """The first orders of a shop whose time has come, the longest over first."""
    until = _cutoff(parts.clock(), rule_of(parts, shop))
    rows = parts.views.persons_due(shop, until, after=_FIRST, limit=most)
    known = Together(parts.store, parts.orders).get([one.stream for one in rows])
    return [known[one.stream] for one in rows if one.stream in known]
