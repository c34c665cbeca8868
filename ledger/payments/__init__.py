"""Payments at providers: the port, what each can do, and how a call is made exactly once."""
