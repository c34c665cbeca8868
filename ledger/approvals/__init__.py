"""Approvals: what one person asked for and a second one has to say yes to."""
