"""pretix, translated: vouchers by code, and messages that only say where to look."""

from adapters.providers.pretix.keeper import PretixVouchers
from adapters.providers.pretix.messages import read_message

__all__ = ["PretixVouchers", "read_message"]
