"""One batch in one transaction: a round trip to ask, another to insert and commit."""

from collections.abc import Callable, Sequence
from datetime import datetime
from json import dumps
from typing import Any
from uuid import UUID

from psycopg import Cursor

from adapters.conditions import Decided, Head, Known, Seats, Touched, decide, touched
from adapters.postgres.arrays import bigints, byteas, texts, uuids
from adapters.postgres.connections import Connection
from adapters.postgres.rows import stamp_row
from adapters.postgres.statements import statement
from adapters.recording import PreparedAppend, StampRow
from ledger.tree import Frontier

_HASH = 32


class LedgerCorrupt(Exception):
    """The head of the ledger contradicts itself."""


def decide_batch(
    connection: Connection,
    appends: Sequence[PreparedAppend],
    *,
    ledger: UUID,
    clock: Callable[[], datetime],
) -> Decided:
    """Begin, wait for our turn, ask for all that is touched, decide."""
    with connection.pipeline():
        connection.execute(b"begin")
        connection.execute(statement("take_turn"))
        known = _ask(connection, touched(appends))
    return decide(appends, known, ledger=ledger, now=clock())


def insert_batch(connection: Connection, decided: Decided) -> None:
    """Insert what was decided, and commit."""
    with connection.pipeline():
        if decided.rows:
            _insert_rows(connection, decided)
            _insert_head(connection, decided)
            _insert_totals(connection, decided)
        connection.execute(b"commit")


def stands(connection: Connection, decided: Decided) -> bool:
    """Whether a commit of unknown outcome was made. Waits for the transaction, if it still runs."""
    first = decided.rows[0].id
    with connection.transaction():
        connection.execute(statement("take_turn"))
        found = connection.execute(statement("read_commit"), [first]).fetchone()
    return found is not None and bytes(found[0]) == decided.head.frontier.root()


def _ask(connection: Connection, about: Touched) -> Known:
    def ask(name: str, *parameters: Any) -> Cursor[tuple[Any, ...]]:
        return connection.cursor(binary=True).execute(statement(name), parameters)

    identities = [*about.identities]
    causes, types, occurrences = zip(*identities, strict=True) if identities else ((), (), ())
    heads = ask("read_head")
    versions = ask("read_versions", uuids([*about.streams]))
    standing = identities and ask(
        "read_identities", uuids(causes), texts(types), texts(occurrences)
    )
    seats = about.quotas and ask("read_seats", uuids([*about.quotas]))
    numbers = about.series and ask("read_numbers", texts([*about.series]))
    return Known(
        head=_head(heads.fetchone()),
        versions=dict(versions.fetchall()),
        identities={_identity(row): row for row in map(stamp_row, standing or ())},
        seats={quota: Seats(*totals) for quota, *totals in seats or ()},
        numbers=dict(numbers or ()),
    )


def _identity(row: StampRow) -> tuple[UUID, str, str]:
    if row.correlation_id is None or row.occurrence is None:
        raise LedgerCorrupt(f"position {row.id} was found by an identity that it does not have")
    return row.correlation_id, row.topic, row.occurrence


def _head(found: tuple[Any, ...] | None) -> Head:
    if found is None:
        return Head()
    size, hashes, root, recorded_at = found
    starts = range(0, len(hashes), _HASH)
    frontier = Frontier(size, tuple(hashes[start : start + _HASH] for start in starts))
    if frontier.root() != root:
        raise LedgerCorrupt(f"the commit that ends at {size} has a root that is not its frontier's")
    return Head(frontier, recorded_at)


def _insert_rows(connection: Connection, decided: Decided) -> None:
    rows = decided.rows
    columns = (
        uuids([row.originator_id for row in rows]),
        bigints([row.originator_version for row in rows]),
        texts([row.topic for row in rows]),
        uuids([row.correlation_id for row in rows]),
        texts([row.occurrence for row in rows]),
        byteas([row.binding for row in rows]),
        texts([dumps(dict(row.numbers)) if row.numbers else None for row in rows]),
        byteas([row.state for row in rows]),
        byteas([row.leaf for row in rows]),
    )
    before = rows[0].id - 1
    connection.execute(statement("insert_stamps"), [before, decided.head.recorded_at, *columns])


def _insert_head(connection: Connection, decided: Decided) -> None:
    rows, head = decided.rows, decided.head
    hashes, root = b"".join(head.frontier.hashes), head.frontier.root()
    connection.execute(
        statement("insert_commit"), [rows[0].id, rows[-1].id, head.recorded_at, hashes, root]
    )


def _insert_totals(connection: Connection, decided: Decided) -> None:
    last = decided.rows[-1].id
    if decided.seats:
        totals = decided.seats.values()
        columns = [[getattr(one, name) for one in totals] for name in ("capacity", "held", "sold")]
        connection.execute(
            statement("insert_seat_totals"),
            [last, uuids([*decided.seats]), *map(bigints, columns)],
        )
    if decided.numbers:
        connection.execute(
            statement("insert_numbers"),
            [last, texts([*decided.numbers]), bigints([*decided.numbers.values()])],
        )
    if decided.keys:
        connection.execute(
            statement("insert_keys"),
            [
                uuids([key.key_id for key in decided.keys]),
                uuids([key.subject for key in decided.keys]),
                byteas([key.wrapped for key in decided.keys]),
            ],
        )
