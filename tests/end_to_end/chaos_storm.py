"""What goes wrong around the customers: the provider's moods, kills, and a clock that runs fast."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import psutil

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.embedded_postgres.postmaster import read_pid_file
from tests.end_to_end.journey import WIRE, Journey

# Chances of the sandbox's chaos. `late` makes the run long, so it is rare: `cut` is as unknown.
STORM = {
    "drop": 0.1,
    "duplicate": 0.3,
    "duplicate_times": 2,
    "delay": 0.1,
    "delay_seconds": 40,
    "reorder": 0.5,
    "reorder_seconds": 20,
    "forge": 0.1,
    "tear": 0.1,
    "elsewhere": 0.1,
    "refuse": 0.05,
    "refuse_times": 2,
    "cut": 0.1,
    "late": 0.004,
    "late_seconds": 12,
}
# These come once for certain; the rest of the day is the dice's.
FOR_CERTAIN = ("429", "409", "500", "500-after", "think", "cut", "late")
EVERY_TROUBLE = {
    *("drop", "duplicate", "delay", "reorder", "forge", "tear", "elsewhere"),
    *FOR_CERTAIN,
}
_TICK, _SECONDS_PER_TICK = 0.5, 12
_OFTEN = ("web", "web", "web", "worker", "worker", "worker")
BLOWS = ("web", "worker", "postgres backend", "postgres", "sessions regenerate")


@dataclass
class Storm:
    """One day's weather. `pause` is the mean number of seconds between two blows."""

    journey: Journey
    seed: int
    pause: float
    blows: Counter[str] = field(default_factory=Counter)
    struck: list[tuple[float, str]] = field(default_factory=list)
    helpers: list[threading.Thread] = field(default_factory=list)

    @contextmanager
    def raging(self) -> Iterator[None]:
        """Until the end of the block. What is struck is up again afterwards."""
        self.journey.control("chaos.json", {**STORM, "seed": self.seed})
        for kind in FOR_CERTAIN:
            self.journey.control("calls/next", {"kind": kind, "seconds": 11})
        over = threading.Event()
        hands = [threading.Thread(target=act, args=[over]) for act in (self._strike, self._tick)]
        for hand in hands:
            hand.start()
        try:
            yield
        finally:
            over.set()
            for hand in [*hands, *self.helpers]:
                hand.join()
            self.journey.control("calm")

    def _tick(self, over: threading.Event) -> None:
        while not over.wait(_TICK):
            self.journey.move_clock(_SECONDS_PER_TICK)

    def _strike(self, over: threading.Event) -> None:
        dice, acts = random.Random(f"{self.seed}/blows"), self._acts()
        first = dice.sample(BLOWS, len(BLOWS))
        # Each falls once, also where everybody has lived before that.
        while not over.wait(dice.uniform(0.5, 1.5) * self.pause) or first:
            name = first.pop() if first else dice.choice([*_OFTEN, *BLOWS])
            self.struck.append((time.monotonic(), name))
            acts[name]()
            self.blows[name] += 1

    def _acts(self) -> dict[str, Callable[[], None]]:
        return {
            "web": lambda: self._killed("web"),
            "worker": lambda: self._killed("worker"),
            "postgres backend": self._backend_killed,
            "postgres": self._postgres_killed,
            "sessions regenerate": self._regenerated,
        }

    def _killed(self, name: str) -> None:
        """The next blow waits for it, however slow the machine: somebody must get on."""
        self.journey.kill(name)
        self.journey.start(name)
        if name == "web":
            self.journey.wait_for_web()

    def _backend_killed(self) -> None:
        """kill -9 of one connection's process: the server drops all, and recovers by itself."""
        with self._server() as server:
            told = read_pid_file(server.place.data)
            assert told is not None, "the server runs"
            serving = [one for one in psutil.Process(told.pid).children() if _serves(one)]
            if serving:
                serving[0].kill()

    def _postgres_killed(self) -> None:
        """As a power cut would; whoever comes next starts it, and it recovers."""
        with self._server() as server:
            server.crash()
            server.start()

    @contextmanager
    def _server(self) -> Iterator[EmbeddedPostgres]:
        with EmbeddedPostgres(self.journey.house.home) as server:
            yield server

    def _regenerated(self) -> None:
        """An operator at work, while the next blows fall; one at a time."""
        if any(one.is_alive() for one in self.helpers):
            return
        wish = partial(self.journey.command, "sessions", "regenerate", "--commit")
        self.helpers.append(threading.Thread(target=wish))
        self.helpers[-1].start()


def _serves(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return " stampledger " in " ".join(process.cmdline())
    return False


def settle_the_bank(journey: Journey, *, seed: int) -> Counter[str]:
    """The day after: the bank answers for every refund that waits; most arrive."""
    dice, answered = random.Random(f"{seed}/bank"), Counter[str]()
    for refund in everything(journey, "refunds"):
        if refund["status"] in ("pending", "requires_action"):
            act = dice.choice(["settle", "settle", "fail"])
            journey.control(f"refunds/{refund['id']}/{act}")
            answered[act] += 1
    return answered


def everything(journey: Journey, kind: str) -> Iterator[dict[str, object]]:
    """All objects of a kind at the provider, page by page."""
    after = ""
    headers = {"Authorization": f"Bearer {journey.house.api_key}"}
    while True:
        path = f"{journey.house.at.provider}/v1/{kind}?limit=100{after}"
        page = WIRE.get(path, headers=headers).raise_for_status().json()
        yield from page["data"]
        if not page["has_more"]:
            return
        after = f"&starting_after={page['data'][-1]['id']}"
