"""Paytrail, translated. Requests, answers and what the browser brings are all signed."""

from adapters.providers.paytrail.door import PaytrailDoor
from adapters.providers.paytrail.provider import PaytrailPayments
from adapters.providers.paytrail.request_report import PaytrailReports

__all__ = ["PaytrailDoor", "PaytrailPayments", "PaytrailReports"]
