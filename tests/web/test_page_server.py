"""The server that browser tests use keeps nothing open when a browser hangs up."""

import socket
import struct
from threading import Event
from urllib.parse import urlsplit

from tests.kits.page_server import page_server

HANG_UP_AT_ONCE = struct.pack("ii", 1, 0)


def test_an_answer_is_closed_when_its_reader_hung_up():
    asked, left, closed = Event(), Event(), Event()

    class Answer:
        def __iter__(self):
            yield b"in time."
            asked.set()
            assert left.wait(10)

        def close(self):
            closed.set()

    def app(environ, start_response):
        start_response("200 OK", [("Content-Length", "8")])
        return Answer()

    with page_server(app) as base:
        caller = socket.create_connection(("127.0.0.1", urlsplit(base).port))
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HANG_UP_AT_ONCE)
        caller.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert asked.wait(10)
        caller.close()
        left.set()
        assert closed.wait(10)
