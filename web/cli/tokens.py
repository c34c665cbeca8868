"""The commands about API tokens: whom a program stands for, and what it may."""

import sys
from dataclasses import asdict
from datetime import datetime

import click
from rich.table import Table

from ledger.staff.role import Role
from web.cli import audit_tables as tables
from web.cli.arguments import Instant, Word

NOTHING = 1


@click.group()
def token() -> None:
    """Bearer tokens for the API."""


@token.command(name="add")
@click.argument("name", type=Word(longest=100))
@click.option("--role", type=click.Choice([one.value for one in Role]), required=True)
@click.option("--shop", "shop_slug", type=Word(), help="Only for this shop.")
@click.option("--expires", type=Instant(), help="When it ends, such as 2027-03-01T00:00:00Z.")
@click.pass_context
def add(
    context: click.Context, name: str, role: str, shop_slug: str | None, expires: datetime | None
) -> None:
    """Make a token and print it, this once."""
    works = context.obj.works()
    if shop_slug is not None:
        works.parts.shops.get(shop_slug)
    if expires is not None and expires <= works.parts.clock():
        raise click.UsageError("--expires lies in the past: such a token would open nothing.")
    click.echo(works.tokens.add(name, role=role, shop=shop_slug, expires_at=expires))


@token.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_tokens(context: click.Context, as_json: bool) -> None:
    """Whom tokens stand for, until when, and when they were last used."""
    works = context.obj.works()
    kept = works.tokens.listed()
    if as_json:
        tables.as_json({"tokens": [asdict(one) for one in kept]})
        return
    table = Table("id", "name", "role", "shop", "made", "expires", "last used")
    for one in kept:
        ends = _told(one.expires_at, "never")
        over = one.expires_at is not None and one.expires_at <= works.parts.clock()
        table.add_row(
            one.id,
            one.name,
            one.role,
            one.shop or "every",
            _told(one.made_at),
            f"{ends} (over)" if over else ends,
            _told(one.last_used_at, "never"),
        )
    tables.console().print(table)


@token.command()
@click.argument("name", metavar="NAME|ID", type=Word(longest=100))
@click.pass_context
def revoke(context: click.Context, name: str) -> None:
    """Take back all tokens of this name, or the one with this id. Exit status 1: there is none."""
    done = context.obj.works().tokens.revoke(name)
    click.echo(f"{done or 'No'} token{'' if done == 1 else 's'} of this name or id taken back.")
    sys.exit(0 if done else NOTHING)


def _told(when: datetime | None, otherwise: str = "") -> str:
    return f"{when:%Y-%m-%d %H:%M}Z" if when else otherwise
