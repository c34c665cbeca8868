"""Tables that are neither facts nor derived: cursors, marks, locks, rates, tokens."""
