"""How log lines look: one JSON object each, to standard error."""

import logging
import sys
from typing import TextIO, cast

import structlog


class _StandardError:
    """Where standard error leads at that moment: it may be led elsewhere while we run."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure() -> None:
    """Set up the process's log lines: what a command prints on standard output is its answer."""
    error = cast("TextIO", _StandardError())
    logging.basicConfig(stream=error, level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(error),
        cache_logger_on_first_use=True,
    )
