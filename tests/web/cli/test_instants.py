"""Times given to commands: one way to read them, and a sentence about what is none."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from web.cli.arguments import instant
from web.cli.main import stampledger

EIGHT = datetime(2026, 11, 29, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-29T20:00:00Z",
        "2026-11-29t20:00:00z",
        "2026-11-29T20:00:00+00:00",
        "2026-11-29T22:00:00+02:00",
        "2026-11-29T22:00+0200",
        "2026-11-29 20:00:00",
        "2026-11-29T20:00",
        "2026-11-29T20:00:00.000000000Z",
    ],
)
def test_one_moment_in_many_forms(text):
    assert instant(text) == EIGHT


def test_a_date_is_its_first_moment():
    assert instant("2026-11-29") == datetime(2026, 11, 29, tzinfo=UTC)


BAD = ["", "yesterday", "29.11.2026", "2026-13-01", "2026-11-29T25:00:00Z", "20261129", "2026-W48"]


@pytest.mark.parametrize("text", [*BAD, "0001-01-01T00:00:00+14:00", "2026-11-29T20", "１２"])
def test_what_is_no_time_is_no_time(text):
    with pytest.raises(ValueError, match=r".+"):
        instant(text)


@pytest.mark.parametrize(
    "command",
    [
        ["reconcile", "--provider", "stripe", "--since"],
        ["inbox", "reread", "--since"],
        ["audit", "replay", "--until"],
        ["token", "add", "ada", "--role", "staff", "--expires"],
    ],
)
def test_every_command_says_what_a_time_looks_like(command):
    done = CliRunner().invoke(stampledger, [*command, "yesterday"])
    assert done.exit_code == 2
    assert "2026-11-29T20:00:00Z" in done.output
