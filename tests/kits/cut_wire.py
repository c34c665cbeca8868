"""A wire to a database that can be cut: after a commit was sent, before its answer came."""

import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from select import select
from urllib.parse import quote, unquote, urlsplit

# A bind message: the empty name of its portal, then that of the prepared statement.
_COMMIT = b"\0commit\0"


class Wire:
    """Forwards a socket; `cut_at_commit` swallows the answer to the next commit."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        # `hostname` would be folded to lower case.
        host, _, port = parts.netloc.rpartition("@")[2].partition(":")
        folder = unquote(host)
        self._target = str(Path(folder) / f".s.PGSQL.{port}")
        self._folder = tempfile.TemporaryDirectory(prefix="wire", dir="/tmp")
        self.url = url.replace(quote(folder, safe=""), quote(self._folder.name, safe=""))
        self.cut_at_commit, self.broken, self.cuts = False, False, 0
        self.open: set[socket.socket] = set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(Path(self._folder.name) / f".s.PGSQL.{port}"))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._folder.cleanup()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.open.add(client)
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._forward(client)
        self.open.discard(client)

    def _forward(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            if self.broken:
                return
            server.connect(self._target)
            while not self.broken:
                readable, _, _ = select([client, server], [], [], 0.05)
                for one in readable:
                    data = one.recv(1 << 16)
                    if not data:
                        return
                    (server if one is client else client).sendall(data)
                    if one is client and self.cut_at_commit and _COMMIT in data:
                        self.cut_at_commit, self.cuts = False, self.cuts + 1
                        server.recv(1 << 16)  # the commit is done, and nobody hears of it
                        return
