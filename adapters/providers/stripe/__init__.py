"""Stripe, translated. No `stripe` type leaves this package."""

from adapters.providers.stripe.door import StripeDoor
from adapters.providers.stripe.provider import StripePayments

__all__ = ["StripeDoor", "StripePayments"]
