"""`user …`: the people who run the shops, as whoever runs the machine adds and helps them."""

import sys
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import click
from rich.table import Table

from ledger.order.decisions.place import LANGUAGES
from ledger.staff.invitation import StaffInvitation
from ledger.staff.member import StaffMember
from ledger.staff.role import Grant, Role
from web.actions import staff as actions
from web.actions import staff_invitations as letters
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


@user.command(name="invite")
@click.argument("email", type=Word(longest=254))
@click.option(
    "--role", type=click.Choice([one.value for one in Role]), required=True, help="What they may."
)
@click.option("--shop", "shop_slug", type=Word(), help="Only in this shop.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Of the letter.")
@click.pass_context
def invite(
    context: click.Context, email: str, role: str, shop_slug: str | None, language: str
) -> None:
    """Send a letter with a one-time link to accept a role. Exit status 1: it was not taken."""
    parts: Parts = context.obj()
    grant = Grant(role=Role(role), shop=shop_slug)
    try:
        sent = letters.invite(parts, email=email, grant=grant, language=language, actor=actor())
    except actions.AddressWrong:
        raise click.UsageError("EMAIL is no e-mail address.") from None
    except letters.NoMailServer:
        raise click.UsageError(
            "There is no mail server (STAMPLEDGER_SMTP_URL). `user add` prints a link instead."
        ) from None
    except letters.LetterRefused:
        click.echo("The mail server did not take the letter: nobody was invited.", err=True)
        sys.exit(1)
    click.echo(f"A letter is on its way. Its link counts until {sent.ends_at:%Y-%m-%d %H:%M} UTC.")


@user.command(name="invitations")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def invitations(context: click.Context, as_json: bool) -> None:
    """Who was invited and has not accepted yet."""
    parts: Parts = context.obj()
    found = letters.listed(parts)
    if as_json:
        tables.as_json({"invitations": [_waiting(one) for one in found]})
        return
    table = Table("invitation", "email", "role", "until")
    for one in found:
        where = f"{one.grant.role} in {one.grant.shop or 'all shops'}"
        table.add_row(str(one.id), one.email, where, f"{one.ends_at:%Y-%m-%d %H:%M}")
    tables.console().print(table)


@user.command(name="withdraw-invitation")
@click.argument("invitation", type=click.UUID)
@click.pass_context
def withdraw_invitation(context: click.Context, invitation: UUID) -> None:
    """Take an invitation back: its link counts no more."""
    letters.withdraw(context.obj(), invitation)
    click.echo("Its link counts no more.")


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


def _waiting(one: StaffInvitation) -> dict[str, Any]:
    return {
        "id": one.id,
        "email": one.email,
        "role": one.grant.role,
        "shop": one.grant.shop,
        "language": one.language,
        "invited_by": one.invited_by,
        "ends_at": one.ends_at,
    }
