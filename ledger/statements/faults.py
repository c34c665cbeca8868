"""What is wrong with a bank's file: one sentence, without what the file says of people."""


class StatementUnreadable(ValueError):
    """Nothing of the file is taken. The text says what is wrong, and where."""
