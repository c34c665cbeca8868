"""Grants: who is given a voucher, and that there is exactly one of it, whoever issues it."""
