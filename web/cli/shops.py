"""Commands about shops: import, check, begin and list them."""

import sys
from pathlib import Path

import click

from adapters.shop_file.read import read_shop_file
from ledger.shop.rules import check
from ledger.shop.service import UnreadShop
from web.wiring.parts import Parts

STARTER = Path(__file__).parent.parent / "samples" / "new-shop.yaml"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
REFUSED = 1
MEND = "Import a right file of this shop: it takes the place of what cannot be read."


@click.group()
def shop() -> None:
    """Shops and what they sell."""


@shop.command(name="import")
@click.argument("file", type=_FILE)
@click.pass_context
def import_shop(context: click.Context, file: Path) -> None:
    """Stamp the differences between FILE and the ledger."""
    spec = read_shop_file(file)
    parts: Parts = context.obj()
    stamped = parts.shops.import_shop(spec, actor="cli", at=parts.clock())
    if spec.preferences.provider not in parts.providers:
        warning = "has no settings here. Without them nobody can pay at this shop."
        click.echo(f"Warning: {spec.preferences.provider} {warning}", err=True)
    click.echo(f"{spec.slug}: {len(stamped)} stamps" if stamped else f"{spec.slug}: no change")


@shop.command(name="check")
@click.argument("file", type=_FILE)
def check_shop(file: Path) -> None:
    """Say what is wrong with FILE, without any ledger. Exit status 1: something is."""
    spec = read_shop_file(file)
    check(spec)
    click.echo(f"{spec.slug}: {len(spec.products)} products, {len(spec.quotas)} quotas. All right.")


@shop.command(name="new")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def new_shop(file: Path) -> None:
    """Write FILE, a shop to begin with, in which every key is explained."""
    try:
        with file.open("x", encoding="utf-8") as made:
            made.write(STARTER.read_text(encoding="utf-8"))
    except FileExistsError:
        raise click.UsageError(f"{file} is there already and stays as it is.") from None
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"{file} is written. Change it, then say: stampledger shop check {file}")


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
