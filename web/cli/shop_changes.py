"""`shop cancel`, `shop move` and `shop progress`: a whole shop, and how its orders follow."""

import sys
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from rich.table import Table

from ledger.kernel.money import Money, spoken
from ledger.order.decisions.shop_change import Fate
from ledger.shop.rules import check_reason
from ledger.shop.service import moving
from ledger.shop.shop import Shop
from web.cli import audit_tables as tables
from web.cli.arguments import Instant
from web.cli.operator import actor
from web.cli.progress import progress_bar
from web.wiring.counts import AlikeOrders
from web.wiring.parts import Parts

LEFT = 1
# A worker that lives takes an order in less; one that is not there is told of.
_STANDSTILL, _LOOKS = 30.0, 0.5
_LEFT_ALONE = (Fate.LEAVING, Fate.CANCELLED)
_REASON = click.option(
    "--reason",
    "reasons",
    multiple=True,
    required=True,
    metavar="[LANGUAGE=]TEXT",
    help="What customers are told; once per language, such as fi=… (without: en).",
)
_COMMIT = click.option("--commit", is_flag=True, help="Stamp it. Nothing takes it back.")
_WAIT = click.option("--wait/--no-wait", default=True, help="Show how the worker gets on.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.command(name="cancel")
@click.argument("slug")
@_REASON
@_COMMIT
@_WAIT
@click.pass_context
def cancel_shop(
    context: click.Context, slug: str, reasons: tuple[str, ...], commit: bool, wait: bool
) -> None:
    """Cancel a whole shop: nothing is sold any more, every order is given back in full.

    Without --commit it writes nothing, and tells what would come of each order.
    """
    parts: Parts = context.obj()
    reason = _by_language(reasons)
    check_reason(reason)
    shop = parts.shops.newest(slug)
    if not commit or shop.cancelled is None:
        _preview(parts, shop)
    if not commit:
        click.echo("Nothing was written; run again with --commit.")
        return
    parts.shops.cancel(slug, reason=reason, actor=actor())
    click.echo(f"{slug} is cancelled. Nothing is sold any more.")
    _follow(parts, slug, wait=wait)


@click.command(name="move")
@click.argument("slug")
@click.option("--start", type=Instant(), required=True, help="When it begins; UTC without a zone.")
@click.option(
    "--refunds-until",
    type=Instant(),
    help="Until then customers may choose to have their money back, in full.",
)
@_REASON
@_COMMIT
@_WAIT
@click.pass_context
def move_shop(
    context: click.Context,
    slug: str,
    start: datetime,
    refunds_until: datetime | None,
    reasons: tuple[str, ...],
    commit: bool,
    wait: bool,
) -> None:
    """Move the start of a whole shop: every order is told, and may be given back where offered.

    Without --commit it writes nothing, and tells how many orders are told.
    """
    parts: Parts = context.obj()
    wanted: dict[str, Any] = {
        "starts_at": start,
        "reason": _by_language(reasons),
        "refunds_until": refunds_until,
        "at": parts.clock(),
    }
    shop = parts.shops.newest(slug)
    stamp = moving(shop, **wanted)
    _preview_move(parts, shop)
    click.echo(f"It moves from {stamp.before.isoformat()} to {stamp.starts_at.isoformat()} (UTC).")
    if refunds_until is not None:
        click.echo(f"Until {refunds_until.isoformat()} customers may have their money back.")
    if not commit:
        click.echo("Nothing was written; run again with --commit.")
        return
    parts.shops.move(slug, **wanted, actor=actor())
    click.echo(f"{slug} is moved.")
    _follow(parts, slug, wait=wait)


@click.command(name="progress")
@click.argument("slug")
@_JSON
@click.pass_context
def shop_progress(context: click.Context, slug: str, as_json: bool) -> None:
    """How far the orders of a shop have followed its last change. Exit status 1: some have not."""
    parts: Parts = context.obj()
    shop = parts.shops.newest(slug)
    counts = parts.views.count_shop_orders(shop.id)
    if as_json:
        tables.as_json(_document(shop, counts))
    else:
        _tell_progress(parts, shop)
    sys.exit(LEFT if _many(counts, follows=True) else 0)


def _by_language(reasons: Sequence[str]) -> dict[str, str]:
    """`fi=Teksti` by its language; a text without one is English."""
    told: dict[str, str] = {}
    for typed in reasons:
        language, found, text = typed.partition("=")
        named = bool(found) and language.isascii() and language.islower() and len(language) == 2
        told[language if named else "en"] = (text if named else typed).strip()
    return told


def _preview(parts: Parts, shop: Shop) -> None:
    """What would come of each kind of order, with its sums, and what is left alone."""
    counts = parts.views.count_shop_orders(shop.id)
    _tell_lag(parts)
    table = Table("what comes of it", "orders", "goes back", "to return by hand")
    kinds = {(one.fate in _LEFT_ALONE, one.fate, one.currency) for one in counts}
    for left_alone, fate, currency in sorted(kinds):
        alike = [one for one in counts if (one.fate, one.currency) == (fate, currency)]
        many = str(sum(one.many for one in alike))
        if left_alone:
            table.add_row(f"left alone: {fate}", many, "", "")
        else:
            returned = sum(one.refund for one in alike), sum(one.by_hand for one in alike)
            table.add_row(fate, many, *(_sum(alike[0], amount) for amount in returned))
    tables.console().print(table)
    told = [one for one in counts if one.fate not in _LEFT_ALONE]
    count = sum(one.many for one in told)
    are = "1 order is cancelled," if count == 1 else f"{count} orders are cancelled, each"
    click.echo(f"{are} told by one letter.")
    for currency in sorted({one.currency for one in told}):
        alike = [one for one in told if one.currency == currency]
        back = spoken(Money(sum(one.refund for one in alike), currency))
        hand = spoken(Money(sum(one.by_hand for one in alike), currency))
        click.echo(f"{back} goes back through providers; {hand} is to be returned by hand.")


def _preview_move(parts: Parts, shop: Shop) -> None:
    counts = parts.views.count_shop_orders(shop.id)
    _tell_lag(parts)
    alive = [one for one in counts if one.alive]
    table = Table("what is moved", "orders", "could go back", "by hand")
    for one in alive:
        table.add_row(one.fate, str(one.many), _sum(one, one.refund), _sum(one, one.by_hand))
    tables.console().print(table)
    gone = sum(one.many for one in counts if not one.alive)
    click.echo(f"Orders that are moved: {sum(one.many for one in alive)}; cancelled: {gone}.")


def _sum(one: AlikeOrders, amount: int) -> str:
    return spoken(Money(amount, one.currency)) if amount else ""


def _tell_lag(parts: Parts) -> None:
    """The figures are those of a list that the worker keeps."""
    lag = sum(one.lag for one in parts.views.checkpoints() if one.name == "shop_orders")
    if lag:
        click.echo(f"These figures are {lag} stamps behind the ledger: let the worker run.")


def _many(counts: Sequence[AlikeOrders], *, follows: bool) -> int:
    return sum(one.many for one in counts if one.follows is follows)


def _follow(parts: Parts, slug: str, *, wait: bool) -> None:
    """The progress of the worker, until all have followed or nothing moves any more."""
    if not wait:
        click.echo(f"The worker does the rest. See: stampledger shop progress {slug}")
        return
    shop, most, left, moved_at = parts.shops.newest(slug), 0, -1, time.monotonic()
    with progress_bar("orders follow") as tell:
        while True:
            counts = parts.views.count_shop_orders(shop.id)
            behind = any(one.lag for one in parts.views.checkpoints() if one.name == "shop_changes")
            before, left = left, _many(counts, follows=True)
            most = max(most, left)
            tell(most - left, most)
            if before != left:
                moved_at = time.monotonic()
            if (left == 0 and not behind) or time.monotonic() - moved_at > _STANDSTILL:
                break
            time.sleep(_LOOKS)
    if left or behind:
        click.echo("Nothing moves: is the worker running? It goes on where it ended.", err=True)
    _tell_progress(parts, shop)


def _tell_progress(parts: Parts, shop: Shop) -> None:
    counts = parts.views.count_shop_orders(shop.id)
    if shop.change is None:
        click.echo(f"{shop.slug} is neither cancelled nor moved.")
        return
    table = Table("orders", "how many", "goes back", "to return by hand")
    for one in counts:
        if one.outcome or one.follows:
            name = one.outcome if not one.follows else f"to follow: {one.fate}"
            back = 0 if one.alive and not one.follows else one.refund
            table.add_row(name, str(one.many), _sum(one, back), _sum(one, one.by_hand))
    tables.console().print(table)
    left = _many(counts, follows=True)
    word = "cancelled" if shop.cancelled else f"moved to {shop.terms.starts_at.isoformat()}"
    click.echo(f"{shop.slug} is {word}; {left} orders have not followed yet.")


def _document(shop: Shop, counts: Sequence[AlikeOrders]) -> dict[str, Any]:
    return {
        "shop": shop.slug,
        "cancelled": shop.cancelled is not None,
        "starts_at": shop.terms.starts_at,
        "left": _many(counts, follows=True),
        "orders": [
            {
                "fate": one.fate,
                "outcome": one.outcome,
                "follows": one.follows,
                "count": one.many,
                "refund": one.refund,
                "by_hand": one.by_hand,
                "currency": one.currency,
            }
            for one in counts
        ],
    }
