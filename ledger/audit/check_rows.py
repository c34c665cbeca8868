"""Whether a row is stored as the ledger stores, and rows follow each other as they must."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from ledger.audit.findings import Finding, Step, Taken, finding
from ledger.audit.raw_rows import Vertebra
from ledger.codec import STORED, Encoded, canonical
from ledger.codec.rows import Frame, Totals
from ledger.kernel.events import declared
from ledger.order.stamps import OrderPlaced, ReceiptSendStarted
from ledger.shop.stamps import SeriesResumed

Findings = Sequence[Finding]
# What is personal, by stored name: each field's name, and how JSON would write it.
_SEALED: Mapping[str, tuple[tuple[str, bytes], ...]] = {
    name: tuple((one, f'"{one}"'.encode()) for one in declared(stamp_type).sealed)
    for name, (stamp_type, _) in STORED.items()
}


def contiguous(step: Step) -> Findings:
    """Law 2: versions of a stream are 1..n without holes, in the order of positions."""
    version, before = step.row[2], step.version_before
    if version == before + 1:
        return ()
    return [step.finding("2", f"version {version} follows version {before}")]


def hashed(step: Step) -> Findings:
    """Law 14: the stored leaf is the hash of the stored bytes."""
    if step.leaf == step.row[10]:
        return ()
    return [step.finding("14", "the stored bytes are not those that were hashed")]


def readable(step: Step) -> Findings:
    """Law 13: a stamp decodes, encodes to the same bytes again, and fits into its stream."""
    found = [f"{step.type}: {step.fault}"] if step.fault else []
    if step.again is not None and step.frame[2] != _expected(step.frame, step.again):
        found.append(f"{step.type} does not encode to the same bytes again")
    return [step.finding("13", text) for text in found]


def _expected(stored: Frame, again: Encoded) -> bytes:
    """Of an older version, the same JSON in canonical form: its upcast stamp has other bytes."""
    schema, _, body = stored
    return again.body if schema == again.schema else canonical(body)


def identified(step: Step) -> Findings:
    """Law 3: the columns that identify a stamp are those that its body gives."""
    row, again = step.row, step.again
    if again is None:
        return ()
    # Of an older version, the values that bind may have had fewer fields.
    lies = {
        "occurrence": row[6] != again.occurrence,
        "binding": row[7] != again.binding and step.frame[0] == again.schema,
    }
    return [
        step.finding("3", f"the stored {name} is not that of the stamp")
        for name, lying in lies.items()
        if lying
    ]


def sealed(step: Step) -> Findings:
    """Law 12: what a stamp type declares as personal is not in the clear."""
    _, private, body = step.frame
    names = _SEALED.get(step.type) if step.again is not None else None
    if not names:
        return ()
    told = [f"{one} stands in the clear" for one, key in names if key in body and _says(body, one)]
    if private and private[:1] in b'{["':
        told.append("the sealed part is not encrypted")
    return [step.finding("12", text) for text in told]


def _says(body: bytes, name: str) -> bool:
    """Whether a field of that name stands in the body; its name alone may stand in a text."""
    return name in json.loads(body)


def numbered(step: Step) -> Findings:
    """SPEC C5, R7: a stamp draws from each of its series, and from no other."""
    drawn, again = step.row[8], step.again
    if again is None or (drawn or {}).keys() == {*again.series}:
        return _resumed(step)
    return [step.finding("C5", "the numbers drawn are not those that the stamp calls for")]


def _resumed(step: Step) -> Findings:
    """SPEC O2b: a series goes on where the stamp of its gap says."""
    stamp = step.stamp.stamp if step.stamp is not None else None
    if not isinstance(stamp, SeriesResumed) or step.row[8] == {stamp.series: stamp.until}:
        return ()
    return [step.finding("C5", f"the gap of {stamp.series} does not end at {stamp.until}")]


# Checks that have something to say about certain stamps only, once a row is as it was written.
OF_CERTAIN: Mapping[Callable[[Step], Iterable[Finding]], tuple[type, ...]] = {
    sealed: tuple(stamp_type for stamp_type, _ in STORED.values() if declared(stamp_type).sealed),
    numbered: (OrderPlaced, ReceiptSendStarted, SeriesResumed),
}


def dense(row: Vertebra, last: Vertebra | None) -> Iterator[Finding]:
    """Law 2: positions are 1..n without holes."""
    expected = last[0] + 1 if last else 1
    if row[0] != expected:
        text = f"position {expected} is missing before {row[0]}"
        yield finding(row[0], row[1], law="2", text=text)


def forward_in_time(row: Vertebra, last: Vertebra | None) -> Iterator[Finding]:
    """Law 2: the time of recording never runs backwards along positions."""
    if last is not None and row[2] < last[2]:
        text = "recorded before the stamp that stands in front of it"
        yield finding(row[0], row[1], law="2", text=text)


def numbers_follow(row: Vertebra, before: Mapping[str, int]) -> Iterator[Finding]:
    """SPEC C5, R7: the numbers of a series follow each other without gaps."""
    for series, number in (row[3] or {}).items():
        last = before.get(series, 0)
        if number != last + 1:
            text = f"number {number} of {series} follows {last}"
            yield finding(row[0], row[1], law=law_of(series), text=text)


def numbers_resumed(row: Vertebra, before: Mapping[str, int]) -> Iterator[Finding]:
    """SPEC O2b: after a restored backup a series leaves numbers out, and gives none again."""
    for series, number in (row[3] or {}).items():
        last = before.get(series, 0)
        if number <= last:
            text = f"{series} goes on at {number}, which is not after {last}"
            yield finding(row[0], row[1], law=law_of(series), text=text)


def never_oversold(taken: Taken, totals: Mapping[int, Totals]) -> Iterator[Finding]:
    """Law 8: held + sold ≤ capacity at every position, and nobody holds less than nothing."""
    position, stream, moved = taken
    for quota, *_ in moved:
        capacity, held, sold = totals[quota]
        if held + sold > capacity or held < 0 or sold < 0:
            text = f"quota {UUID(int=quota)} is oversold: held {held}, sold {sold} of {capacity}"
            yield finding(position, stream, law="8", text=text)


def law_of(series: str) -> str:
    """Whose numbers have no gaps: orders' and payments' (SPEC C5), receipts' (R7)."""
    return "R7" if series.startswith("receipts/") else "C5"
