"""Paytrail, translated. Requests, answers and what the browser brings are all signed."""

from adapters.paytrail_payments.door import PaytrailDoor
from adapters.paytrail_payments.provider import PaytrailPayments

__all__ = ["PaytrailDoor", "PaytrailPayments"]
