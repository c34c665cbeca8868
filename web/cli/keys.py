"""The commands about the keys of an installation."""

import sys

import click

from web.cli.progress import progress_bar

FOUND = 1


@click.group()
def keys() -> None:
    """Keys of this installation."""


@keys.command()
@click.pass_context
def renew(context: click.Context) -> None:
    """Wrap every data key anew, under STAMPLEDGER_MASTER_KEY. May be stopped and run again."""
    with progress_bar("wrapping data keys") as progress:
        done = context.obj.works().renew_keys(progress)
    click.echo(f"{done.renewed} data keys wrapped anew, {done.unchanged} were so before.")
    if done.unknown:
        click.echo(
            f"{done.unknown} are under another master key: name it in STAMPLEDGER_MASTER_KEY_ALSO.",
            err=True,
        )
        sys.exit(FOUND)
    click.echo("STAMPLEDGER_MASTER_KEY_ALSO is not needed any more.")
