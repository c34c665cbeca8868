"""Why the waiting list says no. One class per reason a caller can act on."""

from ledger.kernel.refusals import Refusal


class NobodyWaits(Refusal):
    """This shop has no waiting list for that product."""


class NotSoldOut(Refusal):
    """There is as much left of this as you want: buy it, nobody has to wait."""

    def __init__(self, product: str) -> None:
        super().__init__(product)
        self.product = product


class UnknownPlace(Refusal):
    """There is no such place in line, or this is not its link."""


class NotInLine(Refusal):
    """Nobody waits at this place any more."""


class HoldOver(Refusal):
    """These seats are not held any more: the time was over, or they were bought."""
