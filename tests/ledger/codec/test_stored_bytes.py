"""The bytes of every type of stamp are these for ever: `tests/stored/stamp_bytes.json`.

A type that comes, or a version of one, adds its line:
`python -m tests.ledger.codec.test_stored_bytes` writes those that lack, and changes none.
"""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger import codec
from ledger.kernel.events import Draft, declared
from tests.kits.example_stamps import example

FILE = Path(__file__).parents[2] / "stored" / "stamp_bytes.json"
STORED: dict[str, str] = json.loads(FILE.read_text()) if FILE.exists() else {}


def encoded(stamp: Any) -> codec.Encoded:
    return codec.encode(
        Draft(stream=UUID(int=1), stamp=stamp, correlation_id=UUID(int=6), actor="test")
    )


def bare(stamp: Any) -> Any:
    """Without its sealed part, which is not among these bytes."""
    sealed = declared(type(stamp)).sealed
    return replace(stamp, **{one.name: None for one in fields(stamp) if one.name in sealed})


def written() -> dict[str, str]:
    """Of every type as it is today, by name and version."""
    return {
        f"{name} {version}": encoded(example(kind)).body.decode()
        for name, (kind, version) in codec.STORED.items()
    }


def test_every_type_of_stamp_is_stored_as_it_was_from_its_first_day_on():
    today = written()
    assert {one: STORED.get(one) for one in today} == today


@pytest.mark.parametrize("known", STORED)
def test_what_was_stored_is_read(known: str):
    name, version = known.split()
    kind, newest = codec.STORED[name]
    found = codec.decode(name, int(version), STORED[known].encode(), None)
    assert isinstance(found.stamp, kind)
    if int(version) == newest:
        assert found.stamp == bare(example(kind))


def test_nothing_that_is_sealed_is_in_the_clear():
    for kind, _ in codec.STORED.values():
        one = encoded(example(kind))
        assert (one.private is not None) is bool(declared(kind).sealed)
        assert not any(f'"{name}":'.encode() in one.body for name in declared(kind).sealed)


if __name__ == "__main__":
    lines = {**written(), **STORED}
    FILE.write_text(json.dumps(dict(sorted(lines.items())), indent=1, ensure_ascii=False) + "\n")
