"""The command that tells how the projections stand."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Protocol
from uuid import UUID

import click
from rich.table import Table

from web.audit_tables import console
from web.views import Behind

FOUND = 1


class Moved(Behind, Protocol):
    """How far a projection has come, and who moves it."""

    @property
    def version(self) -> int: ...

    @property
    def position(self) -> int: ...

    @property
    def epoch(self) -> int: ...

    @property
    def session(self) -> int | None: ...


class Stopped(Protocol):
    """A stream whose rows no longer follow, since the stamp at a position."""

    @property
    def stream(self) -> UUID: ...

    @property
    def position(self) -> int: ...

    @property
    def error(self) -> str: ...


class Told(Protocol):
    """What the projections say of themselves."""

    def checkpoints(self) -> Sequence[Moved]: ...

    def stopped_lanes(self) -> Sequence[Stopped]: ...


@click.group()
def projections() -> None:
    """What readers see, derived from the ledger."""


@projections.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_projections(context: click.Context, as_json: bool) -> None:
    """Version, position, lag and owner of each, and the streams that stopped."""
    views: Told = context.obj.works().views
    checkpoints, lanes = views.checkpoints(), views.stopped_lanes()
    if as_json:
        document = {"projections": checkpoints, "stopped_lanes": lanes}
        click.echo(json.dumps(document, default=_plain, indent=2))
    else:
        _show(checkpoints, lanes)
    sys.exit(FOUND if lanes else 0)


def _show(checkpoints: Sequence[Moved], lanes: Sequence[Stopped]) -> None:
    table = Table("projection", "version", "position", "lag", "owner", box=None)
    for one in checkpoints:
        owner = f"session {one.session}, epoch {one.epoch}" if one.session else "nobody"
        table.add_row(one.name, str(one.version), str(one.position), str(one.lag), owner)
    console().print(table)
    for lane in lanes:
        click.echo(f"Stopped: stream {lane.stream} at position {lane.position} ({lane.error})")


def _plain(value: Any) -> object:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else asdict(value)
