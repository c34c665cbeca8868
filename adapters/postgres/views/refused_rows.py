"""Whether it was rows that stood in the way, or the database, or whoever else."""

import psycopg

# Of SQLSTATE: data, constraints, checks of a view, limits of the program, raised by a trigger.
_OF_ROWS = ("22", "23", "44", "54", "P0")


def rows_refused(error: Exception) -> bool:
    """True if other rows could have been written: too large, too long, or not to be encoded.

    PostgreSQL calls a row that is too long for an index an operational error; the session lives.
    """
    if not isinstance(error, psycopg.Error):
        return isinstance(error, ValueError | TypeError | ArithmeticError | RecursionError)
    if error.sqlstate is None:  # refused before it was sent
        return isinstance(error, psycopg.DataError | psycopg.IntegrityError)
    return error.sqlstate.startswith(_OF_ROWS)
