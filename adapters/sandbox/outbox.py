"""Webhooks go out, signed, again and again until somebody says 2xx or three days have passed."""

import hashlib
import hmac
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2

from adapters.sandbox.by_itself import catch_up
from adapters.sandbox.chaos import FIRST_TRIES, tear
from adapters.sandbox.world import World

_GIVEN_UP_AFTER = 3 * 86400
_LONGEST_PAUSE = 3600.0
_TICK = 0.2
_AT_ONCE = 8


def signature(payload: str, secret: str, *, at: int) -> str:
    """Sign as https://docs.stripe.com/webhooks#verify-manually says."""
    return f"t={at},v1={digest(payload, secret, at=at)}"


def digest(payload: str, secret: str, *, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.{payload}".encode(), hashlib.sha256).hexdigest()


class Outbox:
    """A background thread that looks for deliveries that are due. They survive a restart."""

    def __init__(
        self,
        world: World,
        *,
        url: str,
        secret: str,
        first_pause: float = 0.25,
        patience: float = 10.0,
    ) -> None:
        self._world, self._url, self._secret = world, url, secret
        self._first_pause = first_pause
        self._stopping, self._awake = threading.Event(), threading.Event()
        self._under_way: set[int] = set()
        # A proxy of the surroundings has no business between two local processes.
        # Loading certificates takes a while, and a plain address needs none.
        encrypted = url.startswith("https:")
        self._client = httpx2.Client(timeout=patience, trust_env=False, verify=encrypted)
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sandbox-webhook")
        self._thread = threading.Thread(target=self._run, name="sandbox-outbox", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._awake.set()

    def stop(self) -> None:
        self._stopping.set()
        self._awake.set()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._client.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._awake.clear()
            catch_up(self._world)
            for delivery in self._due():
                self._under_way.add(delivery["id"])
                self._pool.submit(self._deliver, delivery)
            self._awake.wait(_TICK)

    def _due(self) -> list[sqlite3.Row]:
        # Who is busy is noted before looking: one that finishes meanwhile must not go out twice.
        busy = set(self._under_way)
        # A clock that was set back must not hold up what was due by the former one.
        now = self._world.clock.now()
        if not self._url:
            return []
        rows = self._world.books.rows(
            "select * from deliveries where state = 'pending' and (due_at <= ? or due_at > ?)"
            " order by due_at, id limit 200",
            (now, now + 2 * _LONGEST_PAUSE),
        )
        return [row for row in rows if row["id"] not in busy]

    def _deliver(self, delivery: sqlite3.Row) -> None:
        try:
            trick = delivery["trick"] if delivery["tries"] == 0 else None
            status, error = self._post(delivery["payload"], trick=trick)
            well = status is not None and 200 <= status < 300
            delivered = well and trick not in FIRST_TRIES
            self._note(delivery, status, error=error, delivered=delivered)
        except sqlite3.ProgrammingError:
            # The books were closed under us: it stays pending and goes out after the restart.
            pass
        finally:
            self._under_way.discard(delivery["id"])

    def _post(self, payload: str, *, trick: str | None) -> tuple[int | None, str | None]:
        at = int(self._world.clock.shared())
        secret = "not the secret" if trick == "forge" else self._secret
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(payload, secret, at=at),
            "User-Agent": "Stripe/1.0 (sandbox)",
        }
        if trick == "tear":
            tear(self._url, payload.encode(), headers=headers)
            return None, "torn"
        try:
            answer = self._client.post(self._url, content=payload.encode(), headers=headers)
        except httpx2.HTTPError as failure:
            return None, type(failure).__name__
        return answer.status_code, None

    def _note(
        self, delivery: sqlite3.Row, status: int | None, *, error: str | None, delivered: bool
    ) -> None:
        now, tries = self._world.clock.now(), delivery["tries"] + 1
        given_up = now - delivery["started_at"] > _GIVEN_UP_AFTER
        state = "delivered" if delivered else "given up" if given_up else "pending"
        pause = min(self._first_pause * 2 ** (tries - 1), _LONGEST_PAUSE)
        self._world.books.run(
            "update deliveries set state = ?, tries = ?, due_at = ?, last_status = ?,"
            " last_error = ? where id = ?",
            (state, tries, now + pause, status, error, delivery["id"]),
        )
