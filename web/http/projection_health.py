"""What of the projections stands still, or lies behind: measured, and told in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from web.wiring.parts import Stopped, Views

# Longer than that, and nobody calls it the moment that rows take.
LATE = timedelta(seconds=60)


def seconds_since(since: datetime | None, now: datetime) -> float:
    """How long that is ago; 0 where there is nothing, or where a clock was moved back."""
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def behind(views: Views, now: datetime) -> Mapping[str, Mapping[str, Any]]:
    """The projections that are late, each with how many stamps and seconds it is behind."""
    return {
        one.name: {"stamps": one.lag, "seconds": seconds_since(one.behind_since, now)}
        for one in views.checkpoints()
        if one.lag and seconds_since(one.behind_since, now) > LATE.total_seconds()
    }


def told_of_stopped(stopped: Sequence[Stopped]) -> Iterator[str]:
    """One sentence for each stream, and what lets it go on."""
    for lane in stopped:
        yield f"Stands still: stream {lane.stream} since position {lane.position} ({lane.error})"
    if stopped:
        yield (
            "Their rows are those of just before. There is a case for each: `stampledger cases"
            " list`. See docs/runbooks/worker-behind.md."
        )


def told_of_lag(late: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """One sentence for each projection that is late, and what to do."""
    for name, by in late.items():
        yield f"Behind: {name} by {by['stamps']} stamps, for {by['seconds']:.0f} seconds"
    if late:
        yield "`stampledger projections list` tells who moves them, or what to start."
