"""Moving in: an event of another ticket shop, written as a shop file to begin with."""

from pathlib import Path
from typing import Any

import click

from adapters.shop_file.from_pretix import Said, shop_of_pretix
from adapters.shop_file.pretix_answers import FILE_BYTES
from adapters.shop_file.write import shop_file
from ledger.shop.rules import faults, field_of, said
from web.cli.new_shop import write_new_file

SOURCES = ("pretix",)


def move_in(file: Path, to: Path | None, **options: Any) -> None:
    """Write the shop file, then say what stays behind and what is to be mended in it."""
    with file.open("rb") as opened:
        content = opened.read(FILE_BYTES + 1)
    moved = shop_of_pretix(content, Said(**{name: one or "" for name, one in options.items()}))
    spec = moved.spec
    target = to or Path(f"{spec.slug}.yaml")
    write_new_file(target, shop_file(spec))
    told = f"{len(spec.products)} products, {len(spec.quotas)} quotas"
    click.echo(f"{target} is written: {told}.")
    click.echo("Not taken over:")
    for what, why in moved.left:
        click.echo(f"  {_line(what)}: {_line(why)}")
    for fault in faults(spec):
        click.echo(f"Mend before importing it: {field_of(fault.path, spec)}: {said(fault)}")
    click.echo(f"Look through it, then say: stampledger shop check {target}")


def _line(text: str) -> str:
    """What another shop's names hold, on one line and printable."""
    return "".join(one if one.isprintable() else " " for one in text)[:300]
