"""Ledgers to report of: every kind of stamp, in random orders, while the clock goes on."""

from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random

from adapters.keys.key_ring import Keyring
from adapters.store.ledger import StampLedger
from adapters.store.memory import MemoryStampRecorder
from ledger.kernel.events import Recorded
from tests.kits import stored_ledger
from tests.kits.histories import write
from tests.kits.report_figures import histories
from tests.kits.voucher_histories import write_vouchers
from tests.kits.worlds import Clock

STORED = sorted((Path(__file__).parents[1] / "stored").glob("*.json.gz"))
SHOPS = ("winterfest",)


@cache
def random_ledger(seed: int, orders: int = 12) -> StampLedger:
    """Orders of one shop, paid, declined, refunded, disputed, captured, given up; and vouchers."""
    clock, random = Clock(), Random(seed)

    def ticking() -> datetime:
        return clock.pass_(hours=random.randint(0, 40))

    recorder = MemoryStampRecorder(clock=ticking)
    ledger = StampLedger(
        recorder, keyring=Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    )
    write(ledger, orders=orders, seed=seed)
    write_vouchers(ledger, people=6, codes=4, seed=seed)
    return ledger


@cache
def stored() -> StampLedger:
    """Every type of stamp, in possible and in rare orders, as an earlier release wrote it."""
    return stored_ledger.opened(stored_ledger.read(STORED[-1]))


@cache
def known(seed: int) -> list[list[Recorded]]:
    """What reports count of a random ledger, stream by stream; of the stored one for 0."""
    return histories(stored() if seed == 0 else random_ledger(seed))
