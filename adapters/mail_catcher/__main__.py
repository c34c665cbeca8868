"""Catches mail until it is told to stop: `python -m adapters.mail_catcher --home FOLDER`."""

import argparse
import asyncio
import signal
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from adapters.mail_catcher.inbox import inbox_server
from adapters.mail_catcher.letterbox import Letterbox

_LARGEST = 10 * 1024 * 1024


class _Catcher:
    """Takes every letter, whoever it is for."""

    def __init__(self, box: Letterbox) -> None:
        self._box = box

    async def handle_DATA(  # noqa: N802  aiosmtpd looks for this name
        self, server: Any, session: Any, envelope: Envelope
    ) -> str:
        content = envelope.original_content
        assert content is not None, "a letter has content, if only an empty one"
        try:
            self._box.put(content)
        except OSError:
            return "452 No room for this letter"
        return "250 Caught"


def main() -> None:
    parser = argparse.ArgumentParser(prog="mail_catcher", description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=2525, help="0: any free one")
    parser.add_argument("--web-port", type=int, default=8025, help="0: any free one")
    parser.add_argument("--home", type=Path, required=True, help="folder that keeps the letters")
    chosen = parser.parse_args()
    box = Letterbox(chosen.home)
    web = inbox_server(box, chosen.web_port)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        asyncio.run(_catch(box, chosen.smtp_port, web))
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


async def _catch(box: Letterbox, port: int, web: ThreadingHTTPServer) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for wish in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wish, stop.set)
    server = await loop.create_server(lambda: _session(box, loop), "127.0.0.1", port)
    smtp_port = server.sockets[0].getsockname()[1]
    ready = f"ready: smtp://127.0.0.1:{smtp_port} inbox http://127.0.0.1:{web.server_port}/"
    sys.stdout.write(f"{ready}\n")
    sys.stdout.flush()
    await stop.wait()
    server.close()


def _session(box: Letterbox, loop: asyncio.AbstractEventLoop) -> SMTP:
    return SMTP(
        _Catcher(box),
        hostname="mail-catcher.localhost",
        ident="mail catcher",
        enable_SMTPUTF8=True,
        data_size_limit=_LARGEST,
        loop=loop,
    )


if __name__ == "__main__":
    main()
