"""What the provider remembers, in one SQLite file."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.sandbox.errors import Json

_TABLES = """
create table if not exists objects (
    place integer primary key autoincrement, id text not null unique, kind text not null,
    created integer not null, due_at real, body text not null, hidden text not null);
create index if not exists objects_by_kind on objects (kind, created, place);
create index if not exists objects_due on objects (due_at) where due_at is not null;
create table if not exists answers (
    key text primary key, fingerprint text not null, status integer not null,
    body text not null, request_id text not null, created real not null);
create index if not exists answers_by_age on answers (created);
create table if not exists script (
    place integer primary key autoincrement, topic text not null, spec text not null,
    times_left integer not null);
create table if not exists settings (name text primary key, value text not null);
create table if not exists deliveries (
    id integer primary key autoincrement, event_id text not null, type text not null,
    payload text not null, state text not null default 'pending', trick text,
    tries integer not null default 0, due_at real not null, started_at real not null,
    last_status integer, last_error text);
create index if not exists deliveries_pending on deliveries (due_at) where state = 'pending';
create table if not exists happened (what text primary key, times integer not null);
"""


@dataclass(slots=True, kw_only=True)
class Entry:
    """An object as the wire shows it, what the wire does not show, and when it acts by itself."""

    body: Json
    hidden: Json = field(default_factory=dict)
    due_at: float | None = None

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def kind(self) -> str:
        return str(self.body["object"])


class Books:
    """One connection behind one lock: a sandbox needs no more, and nothing can interleave."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def acting(self) -> Iterator[None]:
        """All or nothing. An acting inside an acting is part of it."""
        with self._lock:
            self._begin()
            try:
                yield
            except BaseException:
                self._end("rollback")
                raise
            self._end("commit")

    def _begin(self) -> None:
        if self._depth == 0:
            self._db.execute("begin immediate")
        self._depth += 1

    def _end(self, word: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._db.execute(word)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """The row id of an insert; the number of rows of anything else."""
        with self._lock:
            cursor = self._db.execute(sql, values)
            return int(cursor.lastrowid or 0) if sql.startswith("insert") else cursor.rowcount

    def find(self, object_id: str, kind: str = "") -> Entry | None:
        found = self.rows("select * from objects where id = ?", (object_id,))
        if not found or kind not in ("", found[0]["kind"]):
            return None
        return entry_of(found[0])

    def write(self, entry: Entry) -> Entry:
        self.run(
            "insert into objects (id, kind, created, due_at, body, hidden) values (?,?,?,?,?,?)"
            " on conflict (id) do update set due_at = excluded.due_at, body = excluded.body,"
            " hidden = excluded.hidden",
            (
                entry.id,
                entry.kind,
                entry.body["created"],
                entry.due_at,
                json.dumps(entry.body),
                json.dumps(entry.hidden),
            ),
        )
        return entry

    def due(self, now: float) -> list[Entry]:
        sql = "select * from objects where due_at <= ? order by due_at, place"
        return [entry_of(row) for row in self.rows(sql, (now,))]

    def setting(self, name: str, default: Any) -> Any:
        found = self.rows("select value from settings where name = ?", (name,))
        return json.loads(found[0]["value"]) if found else default

    def set(self, name: str, value: Any) -> None:
        self.run("insert or replace into settings values (?, ?)", (name, json.dumps(value)))

    def plan(self, topic: str, spec: Json, *, times: int) -> None:
        """Remember what shall happen to the next so many things of a topic."""
        sql = "insert into script (topic, spec, times_left) values (?, ?, ?)"
        self.run(sql, (topic, json.dumps(spec), times))

    def planned(self, topic: str) -> list[tuple[int, Json]]:
        sql = "select place, spec from script where topic = ? and times_left > 0 order by place"
        return [(row["place"], json.loads(row["spec"])) for row in self.rows(sql, (topic,))]

    def count(self, what: str) -> None:
        """One more trouble of a kind befell somebody."""
        sql = (
            "insert into happened values (?, 1) on conflict (what) do update set times = times + 1"
        )
        self.run(sql, (what,))

    def counted(self) -> dict[str, int]:
        """How often each kind of trouble happened so far."""
        rows = self.rows("select what, times from happened order by what")
        return {row["what"]: row["times"] for row in rows}

    def spend(self, place: int) -> None:
        self.run("update script set times_left = times_left - 1 where place = ?", (place,))


def entry_of(row: sqlite3.Row) -> Entry:
    return Entry(
        body=json.loads(row["body"]), hidden=json.loads(row["hidden"]), due_at=row["due_at"]
    )
