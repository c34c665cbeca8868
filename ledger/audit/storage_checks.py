"""Whether a row is stored as the ledger stores."""

import json
import struct
from collections.abc import Iterator
from typing import Any

from ledger.audit.finding import Finding
from ledger.audit.step import Step
from ledger.codec import STORED, unframe
from ledger.leaf import stamp_bytes
from ledger.stamp import declared
from ledger.tree import leaf_hash


def dense(step: Step) -> Iterator[Finding]:
    """Law 2: positions are 1..n without holes."""
    expected = step.last.position + 1 if step.last else 1
    if step.row.position != expected:
        yield step.finding("2", f"position {expected} is missing before {step.row.position}")


def forward_in_time(step: Step) -> Iterator[Finding]:
    """Law 2: the time of recording never runs backwards along positions."""
    if step.last is not None and step.row.recorded_at < step.last.recorded_at:
        yield step.finding("2", "recorded before the stamp that stands in front of it")


def contiguous(step: Step) -> Iterator[Finding]:
    """Law 2: versions of a stream are 1..n without holes, in the order of positions."""
    if step.row.version != step.version_before + 1:
        before = step.version_before
        yield step.finding("2", f"version {step.row.version} follows version {before}")


def hashed(step: Step) -> Iterator[Finding]:
    """Law 14: the stored leaf is the hash of the stored bytes."""
    if leaf_of(step) != step.row.leaf:
        yield step.finding("14", "the stored bytes are not those that were hashed")


def leaf_of(step: Step) -> bytes | None:
    """The leaf hash, computed again; None for values that no committer could have hashed."""
    row = step.row
    try:
        return leaf_hash(
            stamp_bytes(
                step.ledger,
                row.position,
                stream=row.stream,
                version=row.version,
                type=row.type,
                recorded_at=row.recorded_at,
                correlation_id=row.correlation_id,
                numbers=row.numbers,
                state=row.state,
            )
        )
    except (ArithmeticError, TypeError, ValueError, struct.error):
        return None


def readable(step: Step) -> Iterator[Finding]:
    """Law 13: a stamp decodes, encodes to the same bytes again, and fits into its stream."""
    if step.fault:
        yield step.finding("13", f"{step.row.type}: {step.fault}")
    if step.again is not None and _body(step) != _expected(step):
        yield step.finding("13", f"{step.row.type} does not encode to the same bytes again")


def _expected(step: Step) -> bytes:
    """Of an older version, the same JSON in canonical form: its upcast stamp has other bytes."""
    assert step.again is not None
    schema, _, body = unframe(step.row.state)
    if schema == step.again.schema:
        return step.again.body
    fields = dict(sorted(json.loads(body).items()))
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


def identified(step: Step) -> Iterator[Finding]:
    """Law 3: the columns that identify a stamp are those that its body gives."""
    if step.again is None:
        return
    columns: dict[str, tuple[object, object]] = {
        "occurrence": (step.row.occurrence, step.again.occurrence)
    }
    if unframe(step.row.state)[0] == step.again.schema:
        # Of an older version, the values that bind may have had fewer fields.
        columns["binding"] = (step.row.binding, step.again.binding)
    for name, (stored, derived) in columns.items():
        if stored != derived:
            yield step.finding("3", f"the stored {name} is not that of the stamp")


def sealed(step: Step) -> Iterator[Finding]:
    """Law 12: what a stamp type declares as personal is not in the clear."""
    if step.again is None or step.row.type not in STORED:
        return
    private, fields = unframe(step.row.state)[1], _fields(step)
    for name in declared(STORED[step.row.type][0]).sealed:
        if name in fields:
            yield step.finding("12", f"{name} stands in the clear")
    if private and private[:1] in b'{["':
        yield step.finding("12", "the sealed part is not encrypted")


def numbered(step: Step) -> Iterator[Finding]:
    """SPEC C5, R7: a stamp draws the next number of each of its series, without gaps."""
    if step.again is not None and {*step.row.numbers} != {*step.again.series}:
        yield step.finding("C5", "the numbers drawn are not those that the stamp calls for")
    for series, number in step.row.numbers.items():
        before = step.numbers_before.get(series, 0)
        if number != before + 1:
            law = "R7" if series.startswith("receipts/") else "C5"
            yield step.finding(law, f"number {number} of {series} follows {before}")


def _body(step: Step) -> bytes:
    return unframe(step.row.state)[2]


def _fields(step: Step) -> dict[str, Any]:
    fields = json.loads(_body(step))
    return fields if isinstance(fields, dict) else {}
