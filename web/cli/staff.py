"""`user …`: the people who run the shops, as whoever runs the machine adds and helps them."""

from collections.abc import Sequence

import click
from rich.table import Table

from ledger.staff.member import StaffMember
from ledger.staff.role import Grant, Role
from web.actions import staff as actions
from web.cli import audit_tables as tables
from web.cli.arguments import Word
from web.cli.operator import actor
from web.wiring.parts import Parts


@click.group()
def user() -> None:
    """People who sign in to the back office."""


@user.command(name="add")
@click.argument("email", type=Word(longest=254))
@click.option(
    "--role", type=click.Choice([one.value for one in Role]), required=True, help="What they may."
)
@click.option("--shop", "shop_slug", type=Word(), help="Only in this shop.")
@click.pass_context
def add(context: click.Context, email: str, role: str, shop_slug: str | None) -> None:
    """Give somebody a role, and print a one-time link to choose a password, this once."""
    parts: Parts = context.obj()
    grant = Grant(role=Role(role), shop=shop_slug)
    try:
        invited = actions.invite(parts, email=email, grant=grant, actor=actor())
    except actions.AddressWrong:
        raise click.UsageError("EMAIL is no e-mail address.") from None
    if invited.link is None:
        click.echo(
            "They belonged before, have this role now, and sign in as they did. Locked out?"
            " `user reset` makes a new link.",
            err=True,
        )
        return
    click.echo(invited.link)


@user.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_users(context: click.Context, as_json: bool) -> None:
    """Who signs in, what they may where, and with what they sign in."""
    parts: Parts = context.obj()
    people = [(one, _ways_in(parts, one)) for one in parts.staff.belonging()]
    if as_json:
        tables.as_json({"users": [_document(one, ways) for one, ways in people]})
        return
    table = Table("email", "roles", "signs in with")
    for one, ways in people:
        roles = ", ".join(f"{grant.role} in {grant.shop or 'every shop'}" for grant in _sorted(one))
        table.add_row(one.email or "erased", roles, ", ".join(ways) or "nothing yet")
    tables.console().print(table)


@user.command()
@click.argument("email", type=Word(longest=254))
@click.pass_context
def remove(context: click.Context, email: str) -> None:
    """They may nothing any more; their sessions end at once."""
    parts: Parts = context.obj()
    actions.remove(parts, actions.member_of(parts, email).id, actor=actor())
    click.echo("Removed. Their sessions are over.")


@user.command()
@click.argument("email", type=Word(longest=254))
@click.pass_context
def reset(context: click.Context, email: str) -> None:
    """For who is locked out: all they signed in with is taken away, a new link printed."""
    parts: Parts = context.obj()
    click.echo(actions.reset(parts, actions.member_of(parts, email).id, actor=actor()))


def _document(member: StaffMember, ways: Sequence[str]) -> dict[str, object]:
    roles = [{"role": str(one.role), "shop": one.shop} for one in _sorted(member)]
    return {"id": member.id, "email": member.email, "roles": roles, "signs_in_with": ways}


def _sorted(member: StaffMember) -> list[Grant]:
    return sorted(member.grants, key=lambda one: (one.role, one.shop or ""))


def _ways_in(parts: Parts, member: StaffMember) -> list[str]:
    known = parts.credentials.read(member.id)
    ways = {
        "password": known.password_hash is not None,
        "second factor": known.totp_sealed is not None,
        "passkey": bool(parts.passkeys.of("staff", member.id)),
    }
    return [way for way, has in ways.items() if has]
