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
from tests.kits.axe import VOUCHER_EFFECTS, VOUCHER_PATH, Axe, KillPoints
from tests.kits.voucher_house import VoucherHouse, line_to

_LIFETIME = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherJob:
    """For whom, so many minutes after the ledger was made, killed at which line (0: at none).

    `mailbox` is a folder with a mailbox for each. With `points` nobody is killed: the file of this
    name gets the lines at which somebody is to be, each after how much was heard of them outside.
    """

    url: str
    base: str
    token: str
    mailbox: str
    people: tuple[str, ...]
    minutes: int
    line: int = 0
    points: str = ""


class PaperMail:
    """Mailboxes that outlive whoever wrote to them: one Message-ID a line. `of`: whose is open."""

    def __init__(self, folder: str) -> None:
        self._folder, self.of = folder, ""

    def send(self, letter: RenderedLetter, message_id: str) -> Delivery:
        paper = os.open(Path(self._folder) / self.of, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
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
        mail = PaperMail(job.mailbox)
        house = VoucherHouse(
            ledger=world.store,
            clock=world.clock,
            base=job.base,
            token=job.token,
            mail=mail,
            keeper=line_to(job.base, job.token),
        )
        voucher, letter = house.worker().each, house.letters().each
        once = bool(job.line or job.points)
        seen = KillPoints(VOUCHER_PATH, VOUCHER_EFFECTS)
        axe = Axe(job.line, VOUCHER_PATH, lambda: os.kill(os.getpid(), signal.SIGKILL))
        for _ in range(1 if once else 4):
            for mail.of in job.people:
                sys.settrace(seen if job.points else axe if job.line else None)
                voucher(UUID(mail.of))
                letter(UUID(mail.of))
                sys.settrace(None)
            world.clock.forward(seconds=0 if once else 150)
        if job.points:
            found = [[heard, line] for (heard, _, _), line in seen.points.items()]
            Path(job.points).write_text(json.dumps(found))


def main() -> None:
    for line in sys.stdin:
        job = VoucherJob(**json.loads(line))
        line_to(job.base, job.token)  # made once, for all that are forked
        child = os.fork()
        if not child:
            _work(job)
            os._exit(0)
        os.write(1, f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n".encode())


if __name__ == "__main__":
    main()
