"""Stripe, translated. No `stripe` type leaves this package."""

from adapters.stripe_payments.door import StripeDoor
from adapters.stripe_payments.provider import StripePayments

__all__ = ["StripeDoor", "StripePayments"]
