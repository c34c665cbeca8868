"""A process that sees to one person's voucher and letter until it is done, or kills itself.

Reads jobs from standard input and forks for each: what is imported once is there at once.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from adapters.mail.letters import RenderedLetter
from adapters.mail.smtp import Delivery, Sent
from tests.crash.driver import world_at
from tests.kits.axe import VOUCHER_PATH, Axe
from tests.kits.voucher_house import VoucherHouse

_LIFETIME = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherJob:
    """For whom, so many minutes after the ledger was made, killed at which line (0: at none)."""

    url: str
    base: str
    token: str
    mailbox: str
    person: str
    minutes: int
    line: int = 0


class PaperMail:
    """A mailbox that outlives whoever wrote to it: one Message-ID a line."""

    def __init__(self, path: str) -> None:
        self._path = path

    def send(self, letter: RenderedLetter, message_id: str) -> Delivery:
        paper = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(paper, f"{message_id}\n".encode())
        os.close(paper)
        return Sent()

    def rest(self) -> None:
        """Nothing was kept."""


class VoucherProcesses:
    """A process that forks one for each job."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kits.voucher_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, job: VoucherJob) -> int:
        """How the job's process ended: 0, or less than that if it was killed."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(job)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate("")


def letters_in(mailbox: Path) -> list[str]:
    """Every Message-ID that was taken."""
    return mailbox.read_text().splitlines() if mailbox.exists() else []


def _work(job: VoucherJob) -> None:
    signal.alarm(_LIFETIME)
    with world_at(job.url, minutes=job.minutes) as world:
        house = VoucherHouse(
            ledger=world.store,
            clock=world.clock,
            base=job.base,
            token=job.token,
            mail=PaperMail(job.mailbox),
        )
        voucher, letter = house.worker().each, house.letters().each
        if job.line:
            axe = Axe(job.line, VOUCHER_PATH, lambda: os.kill(os.getpid(), signal.SIGKILL))
            sys.settrace(axe)
        for _ in range(1 if job.line else 4):
            voucher(UUID(job.person))
            letter(UUID(job.person))
            world.clock.forward(seconds=0 if job.line else 150)
        sys.settrace(None)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _work(VoucherJob(**json.loads(line)))
            os._exit(0)
        os.write(1, f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n".encode())


if __name__ == "__main__":
    main()
