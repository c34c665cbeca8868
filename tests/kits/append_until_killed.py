"""A process that appends until it is killed, and tells what was acknowledged."""

import sys
import threading
from uuid import UUID, uuid4

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.group_commit import Committer
from adapters.store.recorder import Committed
from ledger.kernel.store import SeatChange
from tests.contract.given import append, stamp

CALLERS = 8
QUOTA = UUID(int=7)


def hammer(committer: Committer, told: threading.Lock) -> None:
    while True:
        cause = uuid4()
        seats = [SeatChange(quota=QUOTA, held=1)]
        taking = append(stamp(uuid4(), cause=cause, series=["order"]), seats=seats)
        (answer,) = committer.submit([taking])
        with told:
            if isinstance(answer, Committed):
                print(cause, flush=True)
            else:
                print("no room", flush=True)
                return


def main() -> None:
    committer = Committer(PostgresStampRecorder(sys.argv[1], patience=20).commit)
    told = threading.Lock()
    callers = [threading.Thread(target=hammer, args=[committer, told]) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()


if __name__ == "__main__":
    main()
