"""Encryption at rest: the key of the installation wraps a data key for each subject."""
