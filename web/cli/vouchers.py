"""`vouchers …`: who is given a voucher, whether it is there, and what lies about at a pretix."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from rich.table import Table

from ledger.audit.describe import told
from ledger.grants.grantee import GrantState
from ledger.grants.people_file import ListUnreadable, read_people
from ledger.grants.stamps import GrantKind, GrantsSetUp, Place
from ledger.kernel.refusals import GrantsSetUpWrong
from ledger.shop.shop import Shop
from projections.grantees import trouble_of
from web.actions import grants as actions
from web.actions.find_people import every_row, named
from web.actions.grant_json import document, orphan_json, row_json
from web.actions.grants_set_up import CHECKS, check, rules_for
from web.actions.grants_set_up import set_up as set_up_grants
from web.actions.orphans import delete_orphan
from web.actions.orphans import orphans as orphans_of
from web.cli import audit_tables as tables
from web.cli.arguments import Instant, Word, checked_reason
from web.cli.operator import wish_of
from web.wiring.parts import Parts

REFUSED, WRONG = 1, 2
_KINDS, _STATES = [*map(str, GrantKind)], [*map(str, GrantState)]


@click.group()
def vouchers() -> None:
    """Vouchers of a shop, and of people (grantees, speakers, co-speakers), here or at pretix."""


@vouchers.command(name="set-up")
@click.argument("shop", type=Word())
@click.option("--pretix", "event", type=Word(), help="ORGANIZER/EVENT; without it, our own shop.")
@click.option("--quota", type=click.IntRange(1, 2**31 - 1), help="The quota there.")
@click.option("--item", type=click.IntRange(1, 2**31 - 1), help="Or the item there.")
@click.option("--block-quota", is_flag=True, help="Keep a place for everybody who has one.")
@click.option("--product", type=Word(), help="Our own shop: the product.")
@click.option("--co-speaker-percent", default="25", show_default=True)
@click.option("--ticket-price", type=click.IntRange(min=0), help="In minor units, for reports.")
@click.option("--valid-until", type=Instant())
@click.option("--reason", type=Word(longest=500), help="Why; kept sealed in the ledger.")
@click.pass_context
def set_up(
    context: click.Context,
    shop: str,
    event: str | None,
    quota: int | None,
    item: int | None,
    *,
    block_quota: bool,
    product: str | None,
    co_speaker_percent: str,
    ticket_price: int | None,
    valid_until: datetime | None,
    reason: str | None,
) -> None:
    """Say where vouchers for people of SHOP are issued from now on."""
    parts: Parts = context.obj()
    found = parts.shops.get(shop)
    organizer, _, name = (event or "").partition("/")
    if not event and product not in found.products:
        raise click.UsageError("--product must be one of the shop's; or name --pretix.")
    rules = rules_for(
        found,
        place=Place.PRETIX if event else Place.OWN,
        product=product or "",
        organizer=organizer,
        event=name,
        quota=quota,
        item=item,
        block_quota=block_quota,
        percent=co_speaker_percent,
        price=ticket_price,
        valid_until=valid_until,
        reason=reason,
    )
    _set_up(parts, found, rules)


def _set_up(parts: Parts, shop: Shop, rules: GrantsSetUp) -> None:
    try:
        set_up_grants(parts, rules, wish_of(parts))
    except GrantsSetUpWrong as wrong:
        raise click.UsageError(f"Vouchers cannot be issued like that: {wrong.what}.") from None
    found = check(parts, shop, rules.destination)
    click.echo("Set up.")
    named = f" ({', '.join(filter(None, found.names))})" if any(found.names) else ""
    click.echo(CHECKS[found.word] + named, err=bool(found.word))


@vouchers.command(name="people")
@click.argument("shop", type=Word())
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commit", is_flag=True, help="Take it over; without it nothing is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def people(context: click.Context, shop: str, file: Path, *, commit: bool, as_json: bool) -> None:
    """Take a list of people over from FILE (CSV). Exit status 1: some rows were left."""
    parts: Parts = context.obj()
    found = parts.shops.get(shop)
    try:
        rows = read_people(file.read_bytes())
    except ListUnreadable as wrong:
        raise click.UsageError(str(wrong)) from None
    results = [*actions.take_over(parts, found, rows, wish_of(parts), dry=not commit)]
    left = [one for one in results if one.outcome not in ("new", "changed", "same")]
    if as_json:
        tables.as_json({"committed": commit, "rows": [row_json(one) for one in results]})
    else:
        table = Table("row", "reference", "kind", "outcome", "trouble")
        for one in left:
            row = one.row
            trouble = ", ".join(row.troubles)
            table.add_row(str(row.number), row.reference, str(row.kind), one.outcome, trouble)
        if left:
            tables.console().print(table)
        counted = Counter(one.outcome for one in results)
        sums = ", ".join(f"{many} {word}" for word, many in sorted(counted.items())) or "no rows"
        click.echo(f"{sums}. " + ("Taken over." if commit else "Nothing was done: --commit does."))
    sys.exit(REFUSED if any(one.outcome != "nobody" for one in left) else 0)


@vouchers.command(name="list")
@click.argument("shop", type=Word())
@click.option("--kind", type=click.Choice(_KINDS))
@click.option("--state", type=click.Choice(_STATES))
@click.option("--voucher", help="none, requested, refused, issued, used or withdrawn.")
@click.option("--trouble", is_flag=True, help="Only those that a person has to look at.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_people(
    context: click.Context,
    shop: str,
    kind: str | None,
    state: str | None,
    voucher: str | None,
    *,
    trouble: bool,
    as_json: bool,
) -> None:
    """Who is on the list of SHOP, how far their voucher is and whether they were told."""
    parts: Parts = context.obj()
    parts.shops.get(shop)
    wanted = {"kind": kind or "", "state": state or "", "voucher": voucher or ""}
    if trouble:
        wanted["trouble"] = "1"
    rows = [*every_row(parts, shop, wanted)]
    if as_json:
        known = [parts.grantees.get(one.stream) for one in rows]
        tables.as_json({"people": [document(one, personal=False) for one in known]})
        return
    if not rows:
        click.echo("Nobody has to be looked at." if trouble else "Nobody like that is on the list.")
        return
    table = Table("id", "reference", "kind", "state", "voucher", "place", "letter", "trouble")
    for one in rows:
        where = f"{one.organizer}/{one.event}" if one.event else one.place
        table.add_row(
            str(one.stream),
            one.list_reference,
            one.kind,
            one.state if one.person_index else "nobody",
            one.voucher,
            where,
            one.letter,
            one.trouble,
        )
    tables.console().print(table)


@vouchers.command(name="show")
@click.argument("shop", type=Word())
@click.argument("person", type=Word())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(context: click.Context, shop: str, person: str, *, as_json: bool) -> None:
    """A PERSON by id, address or code: all that is known, and every stamp."""
    parts: Parts = context.obj()
    found = named(parts, parts.shops.get(shop), person)
    facts_of = document(found, personal=True)
    if as_json:
        tables.as_json(facts_of)
        return
    voucher = facts_of["voucher"] or {}
    facts = {**facts_of, **{f"voucher {name}": value for name, value in voucher.items()}}
    for name, value in facts.items():
        if name != "voucher" and value not in (None, ""):
            click.echo(f"{name}: {value}")
    for line in _story(parts, found.id):
        click.echo(line)


@vouchers.command(name="issue")
@click.argument("shop", type=Word())
@click.argument("persons", nargs=-1, type=Word())
@click.option("--stuck", is_flag=True, help="Everybody whose voucher was refused.")
@click.option("--reason", default="asked for by hand", show_default=True)
@click.pass_context
def issue(
    context: click.Context, shop: str, persons: tuple[str, ...], *, stuck: bool, reason: str
) -> None:
    """See to the vouchers of PERSONS at once; only who is confirmed has one. Exit 1: some wait."""
    parts: Parts = context.obj()
    parts.shops.get(shop)
    if bool(persons) is stuck:
        raise click.UsageError("Name persons, or --stuck.")
    ids = (
        [one.stream for one in every_row(parts, shop, {"trouble": "1"})]
        if stuck
        else [named(parts, parts.shops.get(shop), one).id for one in persons]
    )
    waits = 0
    for one in ids:
        after, word = actions.issue(parts, one, wish_of(parts), reason=checked_reason(reason))
        state = after.voucher.state if after.voucher else "none"
        trouble = trouble_of(after)
        click.echo(f"{one} {state}{f' ({trouble or word})' if trouble or word == 'waits' else ''}")
        waits += state not in ("issued", "used") or bool(trouble)
    sys.exit(REFUSED if waits else 0)


@vouchers.command(name="answer")
@click.argument("shop", type=Word())
@click.argument("person", type=Word())
@click.argument("state", type=click.Choice([one for one in _STATES if one != "invited"]))
@click.pass_context
def answer(context: click.Context, shop: str, person: str, state: str) -> None:
    """PERSON comes (confirmed), does not (declined), or is not to (cancelled)."""
    parts: Parts = context.obj()
    found = named(parts, parts.shops.get(shop), person)
    actions.set_state(parts, found.id, GrantState(state), wish_of(parts))
    click.echo(f"{found.id} {state}.")


@vouchers.command(name="revoke")
@click.argument("shop", type=Word())
@click.argument("person", type=Word())
@click.option("--reason", required=True)
@click.pass_context
def revoke(context: click.Context, shop: str, person: str, reason: str) -> None:
    """Take PERSON's invitation back, and their voucher, unless it was used. Status 1: it was."""
    parts: Parts = context.obj()
    found = named(parts, parts.shops.get(shop), person)
    wish = wish_of(parts)
    why = checked_reason(reason)
    actions.set_state(parts, found.id, GrantState.CANCELLED, wish, reason=why)
    parts.fulfilment.act(found.id)
    after = parts.grantees.get(found.id)
    state = after.voucher.state if after.voucher else "none"
    click.echo(f"{found.id} cancelled; voucher: {state}.")
    sys.exit(REFUSED if state == "used" else 0)


@vouchers.command(name="orphans")
@click.option("--delete", is_flag=True, help="Delete those that nobody used.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def orphans(context: click.Context, *, delete: bool, as_json: bool) -> None:
    """What lies at pretix with our mark and is in no book of ours. Exit status 1: there is some."""
    parts: Parts = context.obj()
    if Place.PRETIX not in parts.voucher_keepers:
        raise click.UsageError("STAMPLEDGER_PRETIX_TOKEN is not set.")
    found = [*orphans_of(parts)]
    fates = [delete_orphan(parts, one) if delete else "" for one in found]
    pairs = [*zip(found, fates, strict=True)]
    if as_json:
        tables.as_json({"orphans": [orphan_json(one, fate) for one, fate in pairs]})
    else:
        table = Table("event", "reference", "code", "uses", "deleted")
        for one, fate in pairs:
            where = f"{one.destination.organizer}/{one.destination.event}"
            kept = one.voucher
            table.add_row(where, kept.reference, f"{kept.code[:6]}…", str(kept.uses), fate)
        tables.console().print(table) if found else click.echo("None.")
    left = [fate for fate in fates if fate != "deleted"]
    sys.exit(REFUSED if left else 0)


def _story(parts: Parts, grantee: UUID) -> Iterator[str]:
    for one in parts.store.read(grantee):
        at = one.recorded_at.isoformat(timespec="seconds")
        yield f"{one.position} {at} {told(one.stamp)}"
