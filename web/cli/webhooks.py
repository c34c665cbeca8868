"""`webhooks …`: where integrators are told of the events of a shop's orders."""

import sys
from uuid import UUID

import click
from rich.table import Table

from ledger.webhooks.endpoint import Endpoint
from web.actions import webhooks as actions
from web.cli import audit_tables as tables
from web.cli.arguments import Word
from web.cli.operator import actor
from web.wiring.parts import Parts

REFUSED = 1
_MOST_DEAD = 200
FAULTS = {
    "malformed": "URL is no address that events can be sent to.",
    "not-https": "URL must begin with https://.",
    "not-public": "URL leads to an address that is not public (STAMPLEDGER_WEBHOOK_NETWORKS).",
    "no-such-host": "The host of URL is not known.",
    "unknown-kind": f"--event is one of: {', '.join(actions.EVENT_KINDS)}.",
    "too-many": "The shop has as many endpoints as it can have.",
}


@click.group()
def webhooks() -> None:
    """Outgoing webhooks: events of orders, signed, to addresses of integrators."""


@webhooks.command(name="add")
@click.argument("shop", type=Word())
@click.argument("url", type=Word())
@click.option("--event", "kinds", multiple=True, help="Only events of this type; may be repeated.")
@click.option("--personal", is_flag=True, help="Tell who ordered, too: name, email, phone.")
@click.option("--after", type=click.IntRange(min=0), help="Begin after this position.")
@click.pass_context
def add_webhook(
    context: click.Context,
    shop: str,
    url: str,
    kinds: tuple[str, ...],
    personal: bool,
    after: int | None,
) -> None:
    """Send a shop's events to URL. Prints the secret, this once, alone on standard output."""
    parts: Parts = context.obj()
    try:
        made = actions.add(
            parts,
            shop=shop,
            url=url,
            kinds=kinds,
            personal=personal,
            actor=actor(),
            after=after,
        )
    except actions.EndpointWrong as wrong:
        raise click.UsageError(FAULTS[wrong.fault]) from None
    click.echo(f"Endpoint {made.id}. Its secret:", err=True)
    click.echo(made.secret)


@webhooks.command(name="list")
@click.option("--shop", "shop_slug", type=Word(), help="Only this shop's.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_webhooks(context: click.Context, shop_slug: str | None, as_json: bool) -> None:
    """Where events go, how far each endpoint is, what waits and what was given up."""
    parts: Parts = context.obj()
    shops = [shop_slug] if shop_slug else parts.shops.slugs()
    found = parts.webhooks.listed(shops)
    if as_json:
        tables.as_json({"endpoints": [_document(parts, one) for one in found]})
        return
    table = Table("id", "shop", "url", "events", "state", "position", "waiting", "dead")
    for one in found:
        events = ", ".join(one.kinds) or "all"
        numbers = [str(figure) for figure in (one.position, one.waiting, one.dead)]
        told = f"{events} + people" if one.personal else events
        table.add_row(str(one.id), one.shop, one.url, told, _state(one), *numbers)
    tables.console().print(table)


@webhooks.command(name="test")
@click.argument("endpoint", type=click.UUID)
@click.pass_context
def test_webhook(context: click.Context, endpoint: UUID) -> None:
    """Send an event that means nothing, once. Exit status 1: it was not taken."""
    parts: Parts = context.obj()
    answer = actions.test(parts, _found(parts, endpoint))
    click.echo(f"Answered: {answer}.")
    sys.exit(0 if answer.taken else REFUSED)


@webhooks.command(name="replay")
@click.argument("endpoint", type=click.UUID)
@click.option("--after", type=click.IntRange(min=0), help="All events after this position.")
@click.option("--position", type=click.IntRange(min=1), help="The event at this position alone.")
@click.pass_context
def replay_webhook(
    context: click.Context, endpoint: UUID, after: int | None, position: int | None
) -> None:
    """Send events again: they have the identifiers that they had. Exit status 1: no such event."""
    parts: Parts = context.obj()
    if (after is None) is (position is None):
        raise click.UsageError("One of --after and --position is needed.")
    found = _found(parts, endpoint)
    if after is not None:
        actions.replay(parts, found, after=after, actor=actor())
    elif position is not None and not actions.replay_one(parts, found, position, actor=actor()):
        click.echo("There is no event of this shop.", err=True)
        sys.exit(REFUSED)
    click.echo("It goes out again with the worker's next turn.")


@webhooks.command(name="rotate")
@click.argument("endpoint", type=click.UUID)
@click.pass_context
def rotate_webhook(context: click.Context, endpoint: UUID) -> None:
    """Make a new secret and print it, this once. For a day the former one signs, too."""
    parts: Parts = context.obj()
    click.echo(actions.rotate(parts, _found(parts, endpoint), actor=actor()).secret)


@webhooks.command(name="enable")
@click.argument("endpoint", type=click.UUID)
@click.pass_context
def enable_webhook(context: click.Context, endpoint: UUID) -> None:
    """Try an endpoint again that was switched off, with what waits first."""
    parts: Parts = context.obj()
    actions.enable(parts, _found(parts, endpoint), actor=actor())
    click.echo("It is tried again with the worker's next turn.")


@webhooks.command(name="remove")
@click.argument("endpoint", type=click.UUID)
@click.pass_context
def remove_webhook(context: click.Context, endpoint: UUID) -> None:
    """Tell an endpoint nothing more. What waits for it is gone."""
    parts: Parts = context.obj()
    actions.remove(parts, _found(parts, endpoint), actor=actor())
    click.echo("Removed.")


def _found(parts: Parts, id: UUID) -> Endpoint:
    found = parts.webhooks.get(id)
    if found is None:
        raise click.UsageError("There is no such endpoint.")
    return found


def _state(endpoint: Endpoint) -> str:
    if endpoint.disabled_at is not None:
        return f"off ({endpoint.disabled_why})"
    return f"{endpoint.failures} failures" if endpoint.failures else "well"


def _document(parts: Parts, one: Endpoint) -> dict[str, object]:
    """Everything but the secrets."""
    return {
        "id": one.id,
        "shop": one.shop,
        "url": one.url,
        "events": [*one.kinds],
        "personal": one.personal,
        "position": one.position,
        "disabled_at": one.disabled_at,
        "disabled_why": one.disabled_why,
        "failures": one.failures,
        "failing_since": one.failing_since,
        "delivered_at": one.delivered_at,
        "waiting": one.waiting,
        "dead_letters": [
            {"position": dead.position, "outcome": dead.outcome, "tries": dead.tries}
            for dead in parts.webhooks.dead(one.id, _MOST_DEAD)
        ],
    }
