"""Shops: what they sell, on which terms, within which limits."""
