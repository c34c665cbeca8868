"""`vouchers open | codes | revise | close`: codes that make what our own shops sell cheaper."""

import csv
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import click
from rich.table import Table

from ledger.audit.check_uses import count_uses, use_differences
from ledger.kernel.money import Money, spoken
from ledger.kernel.refusals import Refusal
from ledger.shop.shop import Shop
from ledger.vouchers.decide import USES
from ledger.vouchers.stamps import Effect, EffectKind, VoucherTerms
from ledger.vouchers.voucher import Voucher
from web.actions import voucher_desk as actions
from web.cli import audit_tables as tables
from web.cli.arguments import Instant, Word, checked_reason
from web.cli.operator import actor
from web.http.problems import of_refusal
from web.wiring.parts import Parts

REFUSED = 1
_F = TypeVar("_F", bound=Callable[..., Any])
_AMOUNT = click.IntRange(0, 9_999_999_999)


@click.group(name="vouchers")
def own_vouchers() -> None:
    """Vouchers: codes that make what a shop sells cheaper, or free."""


def _terms(command: _F) -> _F:
    """The options that say what a voucher is good for."""
    for option in reversed(
        (
            click.option("--set-price", type=_AMOUNT, help="A piece costs this: minor units."),
            click.option("--percent", type=Word(longest=12), help="So many percent off a piece."),
            click.option("--amount-off", type=_AMOUNT, help="So much off a piece: minor units."),
            click.option("--product", "products", multiple=True, type=Word(), help="Only these."),
            click.option("--uses", type=click.IntRange(*USES), help="One use is one piece."),
            click.option("--minimum", type=click.IntRange(*USES), help="Pieces in one order."),
            click.option("--from", "valid_from", type=Instant()),
            click.option("--until", "valid_until", type=Instant()),
            click.option(
                "--keep-seats/--no-keep-seats", default=None, help="Hold seats for its holders."
            ),
            click.option(
                "--returns/--no-returns",
                default=None,
                help="Whether uses of what is cancelled come back to it.",
            ),
        )
    ):
        command = option(command)
    return command


@own_vouchers.command(name="open")
@click.argument("shop", type=Word())
@click.argument("code", type=Word(longest=60), required=False)
@click.option("--many", type=click.IntRange(1, actions.MANY), help="So many, with random codes.")
@click.option("--label", default="", help="What you call it; kept sealed.")
@_terms
@click.pass_context
def open_voucher(
    context: click.Context,
    /,
    shop: str,
    code: str | None,
    many: int | None,
    label: str,
    **wanted: Any,
) -> None:
    """Open a voucher, or many. Prints the codes, alone on standard output: one a line."""
    if code is not None and many is not None:
        raise click.UsageError("CODE is of one voucher: leave it out with --many.")
    parts: Parts = context.obj()
    wish = actions.OpenWish(actor=actor())
    try:
        known = parts.shops.newest(shop)
        terms = _changed(VoucherTerms(effect=_effect(known, wanted)), wanted)
        terms = actions.checked(known, terms, keep_seats=bool(wanted["keep_seats"]))
        if code is not None:
            made = actions.open_one(parts, known, code=code, label=label, terms=terms, wish=wish)
            click.echo(made.code)
            return
        for one in actions.open_many(
            parts, known, many=many or 1, label=label, terms=terms, wish=wish
        ):
            click.echo(one.code)
    except Refusal as refusal:
        _decline(refusal)


@own_vouchers.command(name="codes")
@click.argument("shop", type=Word())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values.")
@click.pass_context
def codes(context: click.Context, shop: str, as_json: bool, as_csv: bool) -> None:
    """The vouchers of a shop, the newest first, with their codes."""
    parts: Parts = context.obj()
    try:
        known = parts.shops.newest(shop)
    except Refusal as refusal:
        _decline(refusal)
        return
    rows = [_row(one) for one in actions.every_voucher(parts, known.slug)]
    if as_json:
        tables.as_json({"vouchers": rows})
    elif as_csv:
        written = csv.DictWriter(sys.stdout, fieldnames=list(_COLUMNS))
        written.writeheader()
        written.writerows(rows)
    else:
        table = Table(*_COLUMNS)
        for row in rows:
            table.add_row(*(str(row[name]) for name in _COLUMNS))
        tables.console().print(table)


@own_vouchers.command(name="revise")
@click.argument("shop", type=Word())
@click.argument("code", type=Word(longest=60))
@click.option("--commit", is_flag=True, help="Do it; without it, only say what would be stamped.")
@_terms
@click.pass_context
def revise(context: click.Context, /, shop: str, code: str, commit: bool, **wanted: Any) -> None:
    """Give a voucher other terms. Orders that were placed with it keep what they had."""
    parts: Parts = context.obj()
    try:
        known = parts.shops.newest(shop)
        before = actions.by_code(parts, known, code)
        terms = _changed(before.terms, wanted)
        if any(wanted[name] is not None for name in ("set_price", "percent", "amount_off")):
            terms = replace(terms, effect=_effect(known, wanted))
        keep = wanted["keep_seats"]
        keeps = bool(before.terms.reserved) if keep is None else keep
        terms = actions.checked(known, terms, keep_seats=keeps)
        click.echo(f"VOUCHER_CHANGED: {_told(before.terms)} → {_told(terms)}")
        if commit:
            parts.vouchers.change(before.id, terms, actor=actor(), version=before.version)
            click.echo("Done.")
    except Refusal as refusal:
        _decline(refusal)


@own_vouchers.command(name="close")
@click.argument("shop", type=Word())
@click.argument("code", type=Word(longest=60))
@click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
@click.option("--commit", is_flag=True, help="Do it; without it, only say what would be stamped.")
@click.pass_context
def close(context: click.Context, shop: str, code: str, reason: str, commit: bool) -> None:
    """Close a voucher: nobody can use it any more. What was bought with it stays bought."""
    parts: Parts = context.obj()
    checked_reason(reason)
    try:
        found = actions.by_code(parts, parts.shops.newest(shop), code)
        would = actions.closing(found)
        click.echo(
            f"VOUCHER_REVOKED. Gone: {_so_many(would.left, 'use')}; free again: "
            f"{_so_many(would.freed, 'kept seat')}; kept by "
            f"{_so_many(len(would.orders), 'order')}: {_so_many(would.taken, 'use')}."
        )
        if commit:
            parts.vouchers.revoke(found.id, reason=reason, actor=actor())
            click.echo("Done.")
    except Refusal as refusal:
        _decline(refusal)


_COLUMNS = ("code", "label", "effect", "products", "uses", "taken", "until", "kept", "state")


def _row(voucher: Voucher) -> dict[str, object]:
    terms = voucher.terms
    kept = max((held for held, _sold in voucher.seats.values()), default=0)
    return {
        "code": voucher.code or "",
        "label": (voucher.start.label or "") if voucher.issued else "",
        "effect": _told(terms),
        "products": ", ".join(terms.products),
        "uses": terms.uses,
        "taken": voucher.taken,
        "until": terms.valid_until.isoformat() if terms.valid_until else "",
        "kept": kept,
        "state": "closed" if voucher.revoked else "used up" if not voucher.uses_left else "open",
    }


def _told(terms: VoucherTerms) -> str:
    effect = terms.effect
    worth = f"{effect.percent} %" if effect.amount is None else spoken(effect.amount)
    until = f", until {_when(terms.valid_until)}" if terms.valid_until else ""
    seats = ", keeps seats" if terms.reserved else ""
    return f"{effect.kind} {worth}, {_so_many(terms.uses, 'use')}{until}{seats}"


def _so_many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"


def _effect(shop: Shop, wanted: dict[str, Any]) -> Effect:
    told = [name for name in ("set_price", "percent", "amount_off") if wanted[name] is not None]
    if len(told) != 1:
        raise click.UsageError("Say one of --set-price, --percent, --amount-off.")
    if told == ["percent"]:
        return Effect(kind=EffectKind.PERCENT_OFF, percent=wanted["percent"])
    kind = EffectKind.SET_PRICE if told == ["set_price"] else EffectKind.AMOUNT_OFF
    return Effect(kind=kind, amount=Money(wanted[told[0]], shop.terms.currency))


def _changed(terms: VoucherTerms, wanted: dict[str, Any]) -> VoucherTerms:
    """What was told takes the place of what was; the rest stays."""
    names = ("uses", "minimum", "valid_from", "valid_until", "returns")
    said = {name: wanted[name] for name in names if wanted[name] is not None}
    products = tuple(wanted["products"]) or terms.products
    return replace(terms, products=products, **said)


def _decline(refusal: Refusal) -> None:
    facts = ", ".join(f"{name}: {one}" for name, one in of_refusal(refusal).facts.items())
    click.echo(of_refusal(refusal).detail + (f" ({facts})" if facts else ""), err=True)
    sys.exit(REFUSED)


@own_vouchers.command(name="check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def check(context: click.Context, as_json: bool) -> None:
    """Count the uses of every voucher again, against its orders. Exit status 1: some differ."""
    rows = context.obj().store.stored()
    size, _root = rows.head()
    found = list(use_differences(count_uses(rows, until=size)))
    if as_json:
        tables.as_json({"clean": not found, "findings": found})
    else:
        for finding in found:
            tables.show_finding(finding)
        click.echo(f"{len(found)} differences" if found else "Every use is as counted.")
    sys.exit(REFUSED if found else 0)
