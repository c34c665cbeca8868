"""Pages behind an address on this machine, for browsers that may leave before all is read."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@contextmanager
def page_server(app: "WSGIApplication") -> Iterator[str]:
    """The address of an application, until the block ends."""
    server = make_server("127.0.0.1", 0, _read_first(app), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _read_first(app: "WSGIApplication") -> "WSGIApplication":
    """Answers are read and closed before they are sent.

    The development server closes none whose reader hung up: it reads what is left of the
    connection first, and that fails (`werkzeug.serving`, 3.1). A file that it was sending stays
    open then, until some later test is blamed for it.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        parts = app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    return answer
