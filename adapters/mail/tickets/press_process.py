"""A process beside ours that prints tickets, so that letters do not wait for a processor.

It is started with the first sheet, and ends when ours does, however that ends: its pipe closes.
"""

import subprocess
import sys
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import structlog

from adapters.mail.tickets.press import printed_here
from adapters.mail.tickets.sheet import TicketSheet

_log = structlog.get_logger("worker")


class PressProcess:
    """Prints one sheet at a time; one thread asks it. Without the process it prints here."""

    def __init__(self) -> None:
        self._pipe: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, sheet: TicketSheet) -> bytes:
        """The sheet as a PDF; raises what printing raises."""
        try:
            printed = self._asked(sheet)
        except (EOFError, OSError) as error:
            _log.error("ticket_press_gone", error=type(error).__name__)
            self.close()
            printed = None
        # What the process could not print is printed here, to learn why.
        return printed if printed is not None else printed_here(sheet)

    @property
    def pid(self) -> int | None:
        """The process, by id, while there is one."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process, if there is one."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._pipe = self._process = None

    def _asked(self, sheet: TicketSheet) -> bytes | None:
        if self._pipe is None:
            self._pipe, theirs = Pipe()
            self._process = _started(theirs)
            theirs.close()
        self._pipe.send(sheet)
        answer: bytes | None = self._pipe.recv()
        return answer


def _started(pipe: Connection) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "adapters.mail.tickets.press_process", str(pipe.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[pipe.fileno()],
        process_group=0,
    )


def serve(pipe: Connection) -> None:
    """Sheets in, PDFs out, until nobody asks any more; None for a sheet that cannot be printed."""
    with suppress(EOFError, OSError):
        while True:
            sheet = pipe.recv()
            try:
                printed: bytes | None = printed_here(sheet)
            except Exception:
                printed = None
            pipe.send(printed)


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
