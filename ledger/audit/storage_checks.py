"""Whether a row is stored as the ledger stores."""

import json
import struct
from collections.abc import Mapping, Sequence

from ledger.audit.finding import Finding
from ledger.audit.rows import StoredRow
from ledger.audit.step import Step
from ledger.codec import STORED, canonical
from ledger.leaf import stamp_bytes
from ledger.stamp import declared
from ledger.tree import leaf_hash

Findings = Sequence[Finding]
_SEALED: Mapping[str, tuple[str, ...]] = {
    name: declared(stamp_type).sealed for name, (stamp_type, _) in STORED.items()
}


def dense(step: Step) -> Findings:
    """Law 2: positions are 1..n without holes."""
    expected = step.last.position + 1 if step.last else 1
    if step.row.position == expected:
        return ()
    return [step.finding("2", f"position {expected} is missing before {step.row.position}")]


def forward_in_time(step: Step) -> Findings:
    """Law 2: the time of recording never runs backwards along positions."""
    if step.last is None or step.row.recorded_at >= step.last.recorded_at:
        return ()
    return [step.finding("2", "recorded before the stamp that stands in front of it")]


def contiguous(step: Step) -> Findings:
    """Law 2: versions of a stream are 1..n without holes, in the order of positions."""
    version, before = step.row.version, step.version_before
    if version == before + 1:
        return ()
    return [step.finding("2", f"version {version} follows version {before}")]


def hashed(step: Step) -> Findings:
    """Law 14: the stored leaf is the hash of the stored bytes."""
    if leaf_of(step, step.row) == step.row.leaf:
        return ()
    return [step.finding("14", "the stored bytes are not those that were hashed")]


def leaf_of(step: Step, row: StoredRow) -> bytes | None:
    """The leaf hash, computed again; None for values that no committer could have hashed."""
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


def readable(step: Step) -> Findings:
    """Law 13: a stamp decodes, encodes to the same bytes again, and fits into its stream."""
    if not step.fault and step.again is not None and step.frame[2] == step.again.body:
        return ()
    return _unreadable(step)


def _unreadable(step: Step) -> Findings:
    found = [f"{step.row.type}: {step.fault}"] if step.fault else []
    if step.again is not None and step.frame[2] != _expected(step):
        found.append(f"{step.row.type} does not encode to the same bytes again")
    return [step.finding("13", text) for text in found]


def _expected(step: Step) -> bytes:
    """Of an older version, the same JSON in canonical form: its upcast stamp has other bytes."""
    assert step.again is not None
    schema, _, body = step.frame
    if schema == step.again.schema:
        return step.again.body
    return canonical(body)


def identified(step: Step) -> Findings:
    """Law 3: the columns that identify a stamp are those that its body gives."""
    row, again = step.row, step.again
    if again is None:
        return ()
    # Of an older version, the values that bind may have had fewer fields.
    lies = {
        "occurrence": row.occurrence != again.occurrence,
        "binding": row.binding != again.binding and step.frame[0] == again.schema,
    }
    return [
        step.finding("3", f"the stored {name} is not that of the stamp")
        for name, lying in lies.items()
        if lying
    ]


def sealed(step: Step) -> Findings:
    """Law 12: what a stamp type declares as personal is not in the clear."""
    _, private, body = step.frame
    names = _SEALED.get(step.row.type) if step.again is not None else None
    if not names:
        return ()
    told = [f"{name} stands in the clear" for name in names if _says(body, name)]
    if private and private[:1] in b'{["':
        told.append("the sealed part is not encrypted")
    return [step.finding("12", text) for text in told]


def _says(body: bytes, name: str) -> bool:
    """Whether a field of that name stands in the body; its name alone may stand in a text."""
    return f'"{name}"'.encode() in body and name in json.loads(body)


def numbered(step: Step) -> Findings:
    """SPEC C5, R7: a stamp draws the next number of each of its series, without gaps."""
    numbers, series = step.row.numbers, step.again.series if step.again is not None else ()
    if not numbers and not series:
        return ()
    return _misnumbered(step)


def _misnumbered(step: Step) -> Findings:
    found = []
    if step.again is not None and {*step.row.numbers} != {*step.again.series}:
        text = "the numbers drawn are not those that the stamp calls for"
        found.append(step.finding("C5", text))
    for series, number in step.row.numbers.items():
        before = step.numbers_before.get(series, 0)
        if number != before + 1:
            law = "R7" if series.startswith("receipts/") else "C5"
            found.append(step.finding(law, f"number {number} of {series} follows {before}"))
    return found
