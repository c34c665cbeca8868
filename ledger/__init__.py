"""The rules. Standard library only, msgspec in the codec; no clock, no randomness, no I/O."""
