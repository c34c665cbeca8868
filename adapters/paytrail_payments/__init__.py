"""Paytrail, translated. Requests, answers and what the browser brings are all signed."""

from adapters.paytrail_payments.door import PaytrailDoor
from adapters.paytrail_payments.provider import PaytrailPayments
from adapters.paytrail_payments.reporting import PaytrailReports

__all__ = ["PaytrailDoor", "PaytrailPayments", "PaytrailReports"]
