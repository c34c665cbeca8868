"""One of several processes that verify a ledger: it checks the streams that fall to it.

Started by `adapters.audit.processes`, it reads its job and then one window of positions after
the other from standard input, and writes a report of each to standard output.
"""

import os
import pickle
import signal
import sys
from contextlib import closing
from dataclasses import replace
from typing import BinaryIO

from adapters.audit.processes import Failed, Job
from adapters.audit.stored import StoredRows
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.process_settings import few_collections
from ledger.audit.findings import WindowReport, digest_of
from ledger.audit.raw_rows import RawLedger
from ledger.audit.verify_streams import MOST_STREAMS, Share
from ledger.kernel.store import LedgerUnavailable


def work(asked: BinaryIO, told: BinaryIO) -> None:
    """Until nobody asks any more."""
    job: Job = pickle.load(asked)  # noqa: S301 (from the process that started us)
    made = PostgresStampRecorder(job.url, readers=1, patience=job.patience)
    with closing(made) as recorder, few_collections():
        try:
            _answer_all(job, StoredRows(recorder), asked=asked, told=told)
        except LedgerUnavailable as error:
            _tell(Failed(str(error)), told)


def _answer_all(job: Job, ledger: RawLedger, *, asked: BinaryIO, told: BinaryIO) -> None:
    most = MOST_STREAMS // job.of
    share = Share(ledger, hashes_only=job.hashes_only, most=most)
    while True:
        try:
            after, until = pickle.load(asked)  # noqa: S301 (from the same)
        except EOFError:
            return
        rows = ledger.raw_share(after, until=until, share=job.share, of=job.of)
        report = share.report(rows, after=after)
        _tell(replace(report, leaves=digest_of(row[10] for row in rows)), told)


def _tell(said: WindowReport | Failed, told: BinaryIO) -> None:
    pickle.dump(said, told, protocol=pickle.HIGHEST_PROTOCOL)
    told.flush()


def main() -> None:
    """Ctrl-C is for the one who started us; it ends us by asking no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        work(sys.stdin.buffer, told)
    except BrokenPipeError:
        # Whoever asked is gone, and so is what they wanted to know.
        os._exit(0)


if __name__ == "__main__":
    main()
