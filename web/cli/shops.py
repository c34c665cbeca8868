"""Commands about shops: import, check, export and list them."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from adapters.shop_file.read import read_shop_file
from adapters.shop_file.write import file_name, pictures_of, shop_file
from ledger.shop.changes import Change, changes
from ledger.shop.rules import check, faults, field_of, said
from ledger.shop.service import UnreadShop
from ledger.shop.shop import ShopSpec, spec_of
from ledger.shop.stamps import ChangeExplained
from web.cli import audit_tables as tables
from web.cli.arguments import Word, checked_reason
from web.cli.move_in import SOURCES, move_in
from web.wiring.parts import Parts

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, writable=True, path_type=Path)
REFUSED = 1
MEND = "Import a right file of this shop: it takes the place of what cannot be read."


@click.group()
def shop() -> None:
    """Shops and what they sell."""


@shop.command(name="import")
@click.argument("file", type=_FILE)
@click.option("--from", "source", type=click.Choice(SOURCES), help="FILE is of another shop.")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--provider", type=Word(), help="Who takes the payments; if not said, manual.")
@click.option("--how-to-pay", type=Word(longest=2_000), help="How, where money comes by hand.")
@click.option("--seller", type=Word(), help="Who sells, if not as the other shop says.")
@click.option("--email", type=Word(), help="The address that letters come from.")
@click.option("--reason", default="", help="Why; it stands sealed beside what is stamped.")
@click.pass_context
def import_shop(
    context: click.Context,
    /,
    file: Path,
    source: str | None,
    to: Path | None,
    reason: str,
    **said: str | None,
) -> None:
    """Stamp the differences between FILE and the ledger.

    With --from, FILE is what another ticket shop says of an event: a shop file is written from it,
    what could not be taken over is told, and nothing is stamped.
    """
    if source is not None:
        move_in(file, to, **{**said, "provider": said["provider"] or "manual"})
        return
    if to is not None or any(said.values()):
        raise click.UsageError("These options are for --from.")
    spec = read_shop_file(file)
    parts: Parts = context.obj()
    why = ChangeExplained(reason=checked_reason(reason)) if reason else None
    stamped = parts.shops.import_shop(spec, actor="cli", at=parts.clock(), why=why)
    if spec.preferences.provider not in parts.providers:
        warning = "has no settings here. Without them nobody can pay at this shop."
        click.echo(f"Warning: {spec.preferences.provider} {warning}", err=True)
    click.echo(f"{spec.slug}: {len(stamped)} stamps" if stamped else f"{spec.slug}: no change")


@shop.command(name="check")
@click.argument("file", type=_FILE)
@click.option("--diff", is_flag=True, help="Say what importing it here would change, too.")
@click.pass_context
def check_shop(context: click.Context, file: Path, diff: bool) -> None:
    """Say what is wrong with FILE, without any ledger. Exit status 1: something is."""
    spec = read_shop_file(file)
    check(spec)
    click.echo(f"{spec.slug}: {len(spec.products)} products, {len(spec.quotas)} quotas. All right.")
    if diff:
        parts: Parts = context.obj()
        _show(changes(spec, parts.shops.fresh(spec.slug)))


def _show(found: Sequence[Change]) -> None:
    if not found:
        click.echo("Importing it would change nothing.")
        return
    table = Table("what", "now", "then")
    for one in found:
        table.add_row(*(Text(value) for value in (one.path, one.before, one.after)))
    tables.console().print(table)


@shop.command(name="export")
@click.argument("slug")
@click.option("--pictures", type=_FOLDER, help="Write the shop's pictures into this folder, too.")
@click.pass_context
def export_shop(context: click.Context, slug: str, pictures: Path | None) -> None:
    """Print the shop as a file that `shop import` reads back: importing it changes nothing."""
    parts: Parts = context.obj()
    spec = spec_of(parts.shops.newest(slug))
    _write_pictures(parts, spec, pictures)
    click.echo(shop_file(spec), nl=False)
    for fault in faults(spec):
        told = f"{field_of(fault.path, spec)}: {said(fault)}"
        click.echo(f"Mend before importing it again: {told}", err=True)


def _write_pictures(parts: Parts, spec: ShopSpec, folder: Path | None) -> None:
    """Beside the file, under the names that it gives them."""
    known = pictures_of(spec.preferences)
    if known and folder is None:
        hint = "The pictures that it names are written beside it with --pictures FOLDER."
        click.echo(hint, err=True)
        return
    for key, picture in known.items():
        content = parts.pictures.read(picture.hash)
        if content is None:
            click.echo(f"The bytes of {key} are not kept any more: leave it out.", err=True)
        elif folder is not None:
            (folder / file_name(key)).write_bytes(content)


@shop.command(name="list")
@click.pass_context
def list_shops(context: click.Context) -> None:
    """The shops there are. Exit status 1: one of them cannot be read."""
    parts: Parts = context.obj()
    unread: list[UnreadShop] = []
    for slug in parts.shops.slugs(unread=unread.append):
        click.echo(slug)
    for one in unread:
        click.echo(f"{one.name} cannot be read: {one.why}. {MEND}", err=True)
    if unread:
        sys.exit(REFUSED)
