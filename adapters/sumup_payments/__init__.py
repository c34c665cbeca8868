"""SumUp, translated: hosted checkouts, transactions, and messages that only say where to look."""

from adapters.sumup_payments.door import SumupDoor
from adapters.sumup_payments.provider import SumupPayments

__all__ = ["SumupDoor", "SumupPayments"]
