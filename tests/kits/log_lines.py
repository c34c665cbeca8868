"""Log lines as the product writes them: to draw them for a terminal, in colours, takes longer."""

import structlog


def configure() -> None:
    """What is heard of them, and where they go, stays as it is."""
    from web.http.access_log import _PROCESSORS

    structlog.configure(processors=_PROCESSORS)
