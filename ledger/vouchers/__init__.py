"""Vouchers: codes that take something off the price of an order."""
