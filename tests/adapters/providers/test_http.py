"""What a provider's answer over HTTP comes to, whatever it looks like and however it comes."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import httpx2
import pytest

from adapters.providers.http import (
    LONGEST,
    Answer,
    HttpClient,
    Lost,
    never_done,
    no_answer,
    trusted,
)
from ledger.payments.provider import BadMessage, NoAnswer
from tests.kits.patience import within

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


def counts_all(status: int, headers: object, body: bytes) -> None:
    """Everything that is answered counts."""


def client(answer: httpx2.Response | Exception) -> HttpClient:
    def answered(_: httpx2.Request) -> httpx2.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    transport = httpx2.MockTransport(answered)
    return HttpClient("https://a.example", counts=counts_all, patience=1, transport=transport)


@contextmanager
def talking(*pieces: bytes, every: float) -> Iterator[HttpClient]:
    """A provider that says one piece after another, with pauses."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(65536)
                try:
                    for piece in (HEAD, *pieces):
                        line.sendall(piece)
                        time.sleep(every)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield HttpClient(url, counts=counts_all, patience=0.4, transport=None)


def test_numbers_are_exact_and_nothing_is_none():
    said = client(httpx2.Response(200, content=b'{"amount": 10.10}')).ask("GET", "/")
    assert said == Answer(200, {"amount": Decimal("10.10")})
    assert client(httpx2.Response(204)).ask("GET", "/") == Answer(204, None)


@pytest.mark.parametrize("body", [b"<html>", b"[" * 100_000, b"\xff", b"1e999999999999999999999"])
def test_what_is_not_json_is_unreadable(body):
    with pytest.raises(BadMessage) as told:
        client(httpx2.Response(200, content=body)).ask("GET", "/")
    assert not never_done(told.value)
    assert isinstance(no_answer(told.value), NoAnswer)


@pytest.mark.parametrize(
    ("error", "done"),
    [
        (httpx2.ConnectError("refused"), False),
        (httpx2.ConnectTimeout("late"), False),
        (httpx2.ReadTimeout("late"), True),
        (httpx2.RemoteProtocolError("no HTTP"), True),
    ],
)
def test_only_what_never_left_us_cannot_have_been_done(error, done):
    with pytest.raises(Lost) as lost:
        client(error).ask("POST", "/", body=b"{}")
    assert lost.value.done is done
    assert never_done(lost.value) is not done


def test_an_answer_that_comes_in_drips_is_left_in_time():
    with within(5), talking(*[b" "] * 200, every=0.05) as provider, pytest.raises(Lost):
        provider.ask("GET", "/")


def test_an_answer_without_end_is_not_read_to_its_end():
    with talking(*[b" " * (1 << 20)] * 1000, every=0) as provider, pytest.raises(Lost):
        provider.ask("GET", "/")
    body = b'"' + b"x" * LONGEST + b'"'
    with pytest.raises(Lost):
        client(httpx2.Response(200, content=body)).ask("GET", "/")


def test_what_this_machine_trusts_is_read_once_for_all_providers(monkeypatch):
    read = httpx2.create_ssl_context
    times = []

    def counted() -> object:
        times.append(1)
        return read()

    trusted.cache_clear()
    monkeypatch.setattr(httpx2, "create_ssl_context", counted)
    for url in ("https://a.example", "https://b.example"):
        HttpClient(url, counts=counts_all, patience=1, transport=None)
    assert len(times) == 1
