"""The sandbox as a server: it listens on this machine only and stops cleanly."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from adapters.sandbox.api import Door, api
from adapters.sandbox.books import Books
from adapters.sandbox.by_itself import catch_up
from adapters.sandbox.control import control
from adapters.sandbox.hosted_page import hosted_page
from adapters.sandbox.outbox import Outbox
from adapters.sandbox.world import Clock, World


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """`settle_after` seconds a delayed payment settles; None waits for the lever."""

    home: Path
    api_key: str = field(repr=False)
    port: int = 0
    webhook_url: str = ""
    webhook_secret: str = field(default="", repr=False)
    clock_file: Path | None = None
    business: str = "Sandbox shop"
    settle_after: float | None = None
    first_pause: float = 0.25
    patience: float = 10.0


class _Silent(WSGIRequestHandler):
    """Paths hold session ids, which are capabilities: nothing is logged."""

    def log(self, type: str, message: str, *args: object) -> None:
        return


class Sandbox:
    """A running provider: its address, and how to stop it."""

    def __init__(self, settings: SandboxSettings) -> None:
        # The socket comes first, so that pages know their address before anyone asks.
        self._socket = socket.create_server(("127.0.0.1", settings.port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._stopping = threading.Event()
        self.world = _world(settings, self.url)
        self._outbox = Outbox(
            self.world,
            url=settings.webhook_url,
            secret=settings.webhook_secret,
            first_pause=settings.first_pause,
            patience=settings.patience,
        )
        self.world.wake = self._outbox.wake
        app = create_app(self.world, api_key=settings.api_key, stopping=self._stopping)
        self._server = make_server(
            "127.0.0.1",
            0,
            app,
            threaded=True,
            request_handler=_Silent,
            fd=self._socket.fileno(),
        )
        self._thread = threading.Thread(target=self._serve, name="sandbox-server", daemon=True)

    def start(self) -> None:
        catch_up(self.world)
        self._outbox.start()
        self._thread.start()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def stop(self) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._outbox.stop()
        self._server.server_close()
        self._socket.close()
        self.world.books.close()


def _world(settings: SandboxSettings, url: str) -> World:
    books, clock = Books(settings.home / "sandbox.sqlite3"), Clock(settings.clock_file)
    clock.offset = books.setting("clock_offset", 0.0)
    return World(
        books=books,
        clock=clock,
        base_url=url,
        business=settings.business,
        settle_after=settings.settle_after,
        has_webhook=bool(settings.webhook_url),
    )


def create_app(world: World, *, api_key: str, stopping: threading.Event) -> Flask:
    app = Flask(__name__)
    app.register_blueprint(api(Door(world, api_key=api_key, stopping=stopping)))
    app.register_blueprint(control(world))
    app.register_blueprint(hosted_page(world))
    return app


def create_sandbox(settings: SandboxSettings) -> Sandbox:
    """Refuses empty secrets: a provider without them would teach bad habits."""
    if not settings.api_key or (settings.webhook_url and not settings.webhook_secret):
        raise ValueError("an API key, and a webhook secret for a webhook URL, must be given")
    return Sandbox(settings)


@contextmanager
def running_sandbox(settings: SandboxSettings) -> Iterator[Sandbox]:
    """A sandbox in a thread, on a free port unless one is given."""
    sandbox = create_sandbox(settings)
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.stop()
