"""SumUp, translated: hosted checkouts, transactions, and messages that only say where to look."""

from adapters.providers.sumup.door import SumupDoor
from adapters.providers.sumup.provider import SumupPayments

__all__ = ["SumupDoor", "SumupPayments"]
