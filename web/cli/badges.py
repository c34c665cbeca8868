"""`badges`: names and answers of all valid tickets of a shop, for a badge printer."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click

from web.actions.badges import badge_rows
from web.cli.progress import progress_bar
from web.wiring.parts import Parts


@click.command()
@click.argument("shop")
@click.option("--product", default="", help="Only tickets of this product.")
@click.option("--language", default="en", show_default=True, help="Of titles and choices.")
@click.option("--output", type=click.Path(path_type=Path), help="Write a file instead.")
@click.pass_obj
def badges(
    opening: Callable[[], Parts], shop: str, product: str, language: str, *, output: Path | None
) -> None:
    """Names and answers of all valid tickets of SHOP as CSV, for a badge printer."""
    parts = opening()
    found = parts.shops.get(shop)
    rows = badge_rows(parts, found, product=product, language=language)
    with ExitStack() as stack:
        file = sys.stdout
        if output is not None:
            file = stack.enter_context(output.open("w", encoding="utf-8", newline=""))
        tell = stack.enter_context(progress_bar("Reading tickets"))
        for number, row in enumerate(rows):
            file.write(row)
            tell(number, max(number, 1))
