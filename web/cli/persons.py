"""`export` and `erase`: a person's data, found by their address."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from ledger.kernel.erasure import Ground
from ledger.kernel.money import spoken
from ledger.order.decisions.erase import Open
from ledger.privacy.holdings import Holdings, PersonHindrance
from projections.order_json import moment
from web.actions import personal_archive as archives
from web.actions.persons import Erasure, erase_person, holdings_of
from web.actions.retention import DueReport, erase_due
from web.cli import audit_tables as tables
from web.cli.arguments import Word
from web.cli.operator import actor, wish_of
from web.cli.progress import progress_bar
from web.wiring.parts import Parts

REFUSED = 1
_OPEN: Mapping[Open, str] = {
    Open.UNPAID: "waits for its money; cancel it, or wait until it is cancelled by itself",
    Open.PAYMENT: "a payment is under way at its provider",
    Open.RESERVED: "the payer's bank keeps money ready; capture or cancel it",
    Open.REFUND: "money is on its way back",
    Open.TRANSFER: "a refund by transfer waits for a file; `statement transfer-file`",
    Open.MONEY: "money waits for a person; resolve its case",
    Open.TICKETS: "its tickets let somebody in; wait for the event, or cancel it",
    Open.LETTERS: "a letter is on its way; try again in some minutes",
    Open.STEP: "the worker is about to go on with it; try again in a moment",
    Open.CASE: "a case about it is open; resolve it",
    Open.VOUCHER: "a voucher of theirs was not used; `vouchers revoke`",
    Open.APPROVAL: "a second person is asked about it; approve or decline",
    Open.BY_LAW: "the shop's law wants the name on its receipts",
    Open.NEWS: "a provider's message that names the person was not read yet; let the worker run",
    Open.STAFF: "belongs to the people who run the shops; `user remove` first",
}
_WAITS: Mapping[str, str] = {
    "not_yet": "its time has not come",
    "signed_in": "the account is in use",
    "has_orders": "the account has orders of which the person is known",
    "moved": "something moved meanwhile; the next run looks again",
}
_GOES: Mapping[str, str] = {
    "places": "places in line",
    "lists": "entries on lists of people with vouchers",
    "vouchers": "codes of vouchers that were made for them",
    "invitations": "invitations to the back office that wait",
}
_email = click.option(
    "--email", required=True, metavar="EMAIL", type=Word(longest=254), help="`-`: read one line."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.command()
@_email
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a ZIP file: data.json, the letters, the providers' messages.",
)
@click.pass_context
def export(context: click.Context, email: str, to: Path | None) -> None:
    """Everything that is held of a person. Without --to one JSON document, letters included."""
    parts: Parts = context.obj()
    found = holdings_of(parts, _typed(email))
    if not found.known:
        click.echo("Nothing is known of this address.", err=True)
        sys.exit(REFUSED)
    if to is None:
        held = archives.document(parts, found)
        held["letters"] = archives.letters(parts, found)
        click.echo(archives.as_json(held), nl=False)
        return
    content = archives.archive(parts, found, messages=True)
    to.touch(mode=0o600)
    to.chmod(0o600)
    to.write_bytes(content)
    click.echo(f"Written: {to}. It holds all that is known of the person: keep it closed.")


@click.command()
@click.option("--email", metavar="EMAIL", type=Word(longest=254), help="Whom. `-`: read one line.")
@click.option("--due", is_flag=True, help="Whoever no shop needs any more, by its `retention`.")
@click.option("--preview", is_flag=True, help="With --email: only say what would go.")
@click.option("--commit", is_flag=True, help="With --due: erase them; without it, they are told.")
@click.option("--yes", is_flag=True, help="Do not ask on a terminal.")
@click.option(
    "--ground",
    type=click.Choice([one.value for one in Ground]),
    default=Ground.ASKED.value,
    show_default=True,
    help="Why: they asked, nothing needs them, or they should not have been kept.",
)
@_json
@click.pass_context
def erase(  # noqa: C901 (a command line, asked step by step)
    context: click.Context,
    *,
    email: str | None,
    due: bool,
    preview: bool,
    commit: bool,
    yes: bool,
    ground: str,
    as_json: bool,
) -> None:
    """Erase a person for ever: their data keys are destroyed. Refused while something is open.

    On a terminal it shows what goes, and asks. In a pipe it does not ask.
    """
    if bool(email) == due:
        raise click.UsageError("Give either --email or --due.")
    parts: Parts = context.obj()
    if email is None:
        _due(parts, commit=commit, as_json=as_json)
        return
    address = _typed(email)
    found = holdings_of(parts, address)
    document = _told(found, parts)
    if not as_json:
        _show(found, document)
    elif preview or document["state"] == "open":
        tables.as_json(document)
    if document["state"] == "open":
        click.echo("Not erased: money or tickets are open. Nothing was changed.", err=True)
        sys.exit(REFUSED)
    if preview:
        return
    if document["state"] == "readable" and not (yes or as_json) and sys.stdin.isatty():
        click.confirm("Erase this person for ever?", abort=True)
    done = erase_person(parts, address, wish_of(parts), ground=Ground(ground))
    if as_json:
        tables.as_json({**document, **_ended(done, document["state"])})
    else:
        _show_end(done)


def _ended(done: Erasure, before: str) -> Mapping[str, Any]:
    return {
        "state": "erased" if done.anything else before,
        "erased": len(done.streams),
        "orders": [one.number for one in done.orders],
        "placed_meanwhile": [one.number for one in done.since],
    }


def _show_end(done: Erasure) -> None:
    if done.found.invitations:
        click.echo("Erased: the invitations that waited.")
    if many := len(done.streams):
        click.echo(f"Erased. {many} data key{'s' if many > 1 else ''} destroyed for ever.")
    if done.since:
        numbers = ", ".join(f"#{one.number:06d}" for one in done.since)
        click.echo(f"Placed meanwhile with the same address, and kept: {numbers}.", err=True)


def _due(parts: Parts, *, commit: bool, as_json: bool) -> None:
    with progress_bar("erasing" if commit else "looking") as progress:
        report = erase_due(parts, actor=actor(), commit=commit, progress=progress)
    if as_json:
        waiting = dict(report.waiting)
        tables.as_json({"committed": commit, "erased": dict(report.erased), "waiting": waiting})
        return
    _show_due(report, commit=commit)


def _show_due(report: DueReport, *, commit: bool) -> None:
    told = ", ".join(f"{_many(many, kind)}" for kind, many in sorted(report.erased.items()))
    word = "Erased" if commit else "To be erased"
    click.echo(f"{word}: {told}." if told else "Nobody is due.")
    for why, many in sorted(report.waiting.items()):
        sentence = _OPEN[Open(why)] if why in set(Open) else _WAITS.get(why, why)
        click.echo(f"{many} wait: {sentence}.")
    if told and not commit:
        click.echo("Nothing was changed. With --commit they are erased.")


def _many(many: int, kind: str) -> str:
    if kind == "listed":
        return f"{many} on lists of people with vouchers"
    return f"{many} {kind}{'s' if many > 1 else ''}"


def _typed(email: str) -> str:
    """What was typed, or the one line that came in: a typed command is kept by shells."""
    text = sys.stdin.readline() if email == "-" else email
    if not text.strip():
        raise click.UsageError("No address was given.")
    return text.strip()


def _told(found: Holdings, parts: Parts) -> dict[str, Any]:
    """What goes, what stays until when and why, what stands in the way."""
    obstacles = found.obstacles(parts.clock())
    state = "unknown"
    if found.held:
        state = "open" if obstacles else "readable"
    elif found.known:
        state = "erased"
    return {
        "state": state,
        "erased_at": moment(found.erased_at),
        "goes": {
            "orders": [one.number for one in found.open_orders()],
            "accounts": sum(one.alive for one in found.accounts),
            "places": sum(not one.erased for one in found.places),
            "lists": sum(not one.erased for one in found.grantees),
            "vouchers": sum(not one.erased for one in found.vouchers),
            "staff": bool(found.member and found.member.email),
            "cases": sum(not one.erased for one in found.cases),
            "messages": len(found.messages),
            "invitations": len(found.invitations),
        },
        "stays": [
            {"order": order.number, "receipt": one.number, "until": moment(one.until)}
            for order, one in found.kept()
        ],
        "open": [_obstacle(one) for one in obstacles],
    }


def _obstacle(one: PersonHindrance) -> Mapping[str, Any]:
    hindrance = one.hindrance
    return {
        "order": one.order.number if one.order else None,
        "what": str(hindrance.open),
        "amount": spoken(hindrance.amount) if hindrance.amount else None,
        "until": moment(hindrance.until),
        "case": str(hindrance.case) if hindrance.case else None,
    }


def _show(found: Holdings, told: Mapping[str, Any]) -> None:
    if told["state"] == "unknown":
        click.echo("Nothing is known of this address.")
    elif told["state"] == "erased":
        click.echo(f"Nothing is left to erase: it was done on {told['erased_at']}.")
    else:
        _show_what_goes(found, told["goes"], told["stays"], told["open"])


def _show_what_goes(
    found: Holdings,
    goes: Mapping[str, Any],
    stays: Sequence[Mapping[str, Any]],
    obstacles: Sequence[Mapping[str, Any]],
) -> None:
    out = tables.console()
    shops = Counter(one.terms.shop_slug for one in found.open_orders())
    table = Table("goes for ever", "how many", show_edge=False)
    for shop, many in sorted(shops.items()):
        table.add_row(f"name, addresses, notes and codes of orders in {shop}", str(many))
    for name, many in goes.items():
        if name != "orders" and many:
            table.add_row(_GOES.get(name, name), str(int(many)))
    out.print(table)
    for one in stays:
        click.echo(
            f"Stays without the person until {one['until'][:10]}, as bookkeeping asks: "
            f"receipt {one['receipt']} of order #{one['order']:06d}."
        )
    for one in obstacles:
        about = f"Order #{one['order']:06d}" if one["order"] else "The person"
        more = ", ".join(str(one[name]) for name in ("amount", "case", "until") if one[name])
        sentence = _OPEN[Open(one["what"])]
        click.echo(f"{about}: {sentence}{f' ({more})' if more else ''}.")
