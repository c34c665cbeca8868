"""A verification that could not be finished says nothing about the ledger."""


class Unfinished(Exception):
    """Somebody who checked a share of the streams is gone: nothing is proven, nothing found."""
