"""Every till there is, under one name: the suite holds for each."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from adapters.sandbox import SandboxSettings, running_sandbox
from ledger.payments.ask_once import OnceInMemory
from tests.stand_ins.manual_till import ManualTill
from tests.stand_ins.paytrail import Paytrail
from tests.stand_ins.paytrail_till import PaytrailTill
from tests.stand_ins.published import published
from tests.stand_ins.serving import serving
from tests.stand_ins.stripe_till import API_KEY, StripeTill
from tests.stand_ins.sumup import Sumup
from tests.stand_ins.sumup_till import WEBHOOKS, SumupTill
from tests.stand_ins.till import Till
from web.wiring.clock import clock


@contextmanager
def _stripe(folder: Path) -> Iterator[StripeTill]:
    settings = SandboxSettings(home=folder, api_key=API_KEY, clock_file=folder / "offset")
    with running_sandbox(settings) as sandbox:
        yield StripeTill(sandbox)


@contextmanager
def _paytrail(folder: Path) -> Iterator[PaytrailTill]:
    stand_in = Paytrail(published=published("paytrail"))
    with serving(stand_in):
        yield PaytrailTill(stand_in, OnceInMemory())


@contextmanager
def _sumup(folder: Path) -> Iterator[SumupTill]:
    stand_in = Sumup(
        published=published("sumup"), webhook_url=WEBHOOKS, now=clock(folder / "offset")
    )
    with serving(stand_in):
        yield SumupTill(stand_in, OnceInMemory())


TILLS: Mapping[str, type[Till]] = {
    "stripe": StripeTill,
    "paytrail": PaytrailTill,
    "sumup": SumupTill,
}
_OPEN: Mapping[str, Callable[[Path], AbstractContextManager[Till]]] = {
    "stripe": _stripe,
    "paytrail": _paytrail,
    "sumup": _sumup,
    "manual": lambda _: nullcontext(ManualTill()),
}


def at_the_till(name: str, folder: Path) -> AbstractContextManager[Till]:
    """A provider's stand-in, running. Its clock, if it has one, is the file `offset`."""
    return _OPEN[name](folder)
