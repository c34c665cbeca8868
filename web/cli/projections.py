"""The command that tells how the projections stand."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import click
from rich.table import Table

from projections.order_json import moment
from web.cli.audit_tables import console
from web.wiring.derived import Behind, Stopped

FOUND = 1
# An owner with nothing to do says every second that it lives.
_LONG = timedelta(seconds=10)


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

    @property
    def seen_at(self) -> datetime | None: ...


class ProjectionStates(Protocol):
    """What the projections say of themselves."""

    def checkpoints(self) -> Sequence[Moved]: ...

    def stopped_lanes(self) -> Sequence[Stopped]: ...

    def rebuilding(self) -> Sequence[str]: ...


@click.group()
def projections() -> None:
    """What readers see, derived from the ledger."""


@projections.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_projections(context: click.Context, as_json: bool) -> None:
    """Version, position, lag and owner of each, and the streams that stopped."""
    views: ProjectionStates = context.obj.works().views
    checkpoints, lanes, rebuilding = views.checkpoints(), views.stopped_lanes(), views.rebuilding()
    if as_json:
        document = {
            "projections": checkpoints,
            "stopped_lanes": lanes,
            "rebuilding": [*rebuilding],
        }
        click.echo(json.dumps(document, default=_plain, indent=2))
    else:
        _show(checkpoints)
        for sentence in (*_movers(checkpoints), *_rebuilds(rebuilding), *_lanes(lanes)):
            click.echo(sentence)
    sys.exit(FOUND if lanes else 0)


def _show(checkpoints: Sequence[Moved]) -> None:
    table = Table("projection", "version", "position", "lag", "owner", box=None)
    for one in checkpoints:
        owner = f"session {one.session}, epoch {one.epoch}" if one.session else "nobody"
        table.add_row(one.name, str(one.version), str(one.position), str(one.lag), owner)
    console().print(table)


def _movers(checkpoints: Sequence[Moved]) -> Iterator[str]:
    """What to do where nobody moves them."""
    if not checkpoints:
        yield "No worker has run yet: start `stampledger worker`."
    seen = [one.seen_at for one in checkpoints if not one.session]
    if seen:
        yield f"Nobody moves them{_since(seen)}: start `stampledger worker`."
    silent = [one.seen_at for one in checkpoints if one.session and _silent(one.seen_at)]
    if silent:
        yield (
            f"Their owner says nothing{_since(silent)}: it is paused or at a loss. Another"
            " `stampledger worker` takes its place in five seconds."
        )


def _silent(seen_at: datetime | None) -> bool:
    return seen_at is not None and datetime.now(UTC) - seen_at > _LONG


def _since(seen: Sequence[datetime | None]) -> str:
    known = [one for one in seen if one is not None]
    return f" since {moment(max(known))}" if known else ""


def _rebuilds(rebuilding: Sequence[str]) -> Iterator[str]:
    if rebuilding:
        yield f"Being rebuilt: {', '.join(rebuilding)}. Readers see the former rows until then."


def _lanes(lanes: Sequence[Stopped]) -> Iterator[str]:
    """Which streams stand still, and how they go on."""
    for lane in lanes:
        yield f"Stopped: stream {lane.stream} at position {lane.position} ({lane.error})"
    if lanes:
        yield (
            "Their rows stay as they were before; all others go on. `stampledger cases list` has a"
            " case for each. The worker tries them again when they move, every half minute and when"
            " it starts; a corrected shop file, order or release lets them go on by itself."
        )


def _plain(value: Any) -> object:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else asdict(value)
