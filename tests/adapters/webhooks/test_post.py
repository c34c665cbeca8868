"""Events go to the public internet only, in bounded time, and nothing of the answer is kept."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import monotonic, sleep
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.webhooks.post import MOST_READ, WebhookPost
from adapters.webhooks.public_network import LOOPBACK, AllowedPlaces
from adapters.webhooks.signature import fresh_secret
from ledger.webhooks.endpoint import Endpoint, address_fault
from tests.kits.patience import PATIENCE
from tests.kits.webhook_receiver import receiving

NOW = datetime(2027, 1, 10, tzinfo=UTC)
HIDDEN = (
    "127.0.0.1",
    "10.0.0.7",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "::7f00:1",
    "not an address",
)


def endpoint(url: str) -> Endpoint:
    return Endpoint(
        id=uuid4(), shop="winterfest", url=url, secret=fresh_secret(), made_at=NOW, made_by="test"
    )


@pytest.fixture
def post() -> Iterator[Callable[..., WebhookPost]]:
    """A way out, hung up at the end."""
    with ExitStack() as stack:

        def made(**changes) -> WebhookPost:
            places = changes.pop("places", AllowedPlaces(also=LOOPBACK))
            changes = {"plain": True, "patience": PATIENCE, **changes}
            out = WebhookPost(places, clock=lambda: NOW, **changes)
            return stack.enter_context(closing(out))

        yield made


@pytest.mark.parametrize("address", HIDDEN)
def test_nothing_goes_where_nobody_outside_could_reach(address):
    assert not AllowedPlaces().allows(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "::ffff:93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
)
def test_public_addresses_are_allowed(address):
    assert AllowedPlaces().allows(address)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://example.org/", "not-https"),
        ("http://10.0.0.1/", "not-https"),
        ("ftp://example.org/", "not-https"),
        ("https://user:word@example.org/", "malformed"),
        ("https://example.org/#part", "malformed"),
        ("https:///path", "malformed"),
        ("https://example.org:port/", "malformed"),
        ("https://exämple.org/", "malformed"),
        ("https://example.org/" + "a" * 500, "malformed"),
        ("https://example.org/a\r\nX: y", "malformed"),
    ],
)
def test_what_is_no_address_for_events(url, fault):
    assert address_fault(url, plain=True) == fault


def test_a_name_that_means_this_machine_is_refused_at_every_connection(post):
    """Also one that meant something public when it was added: it is judged as it is used."""
    with receiving() as receiver:
        port = receiver.url.rpartition(":")[2].partition("/")[0]
        meanings = [["93.184.215.14"], ["127.0.0.1"]]
        places = AllowedPlaces(resolve=lambda host, port: meanings.pop(0))
        out = post(places=places)
        url = f"https://rebound.example:{port}/hook"
        assert out.fault(url) == ""
        assert out(endpoint(url), uuid4(), b"{}").word == "not-public"
        assert receiver.bodies == []


def test_one_hidden_address_among_public_ones_is_enough_to_refuse(post):
    places = AllowedPlaces(resolve=lambda host, port: ["93.184.215.14", "127.0.0.1"])
    assert post(places=places).fault("https://both.example/") == "not-public"


def test_redirects_are_not_followed(post):
    with receiving() as receiver, receiving() as elsewhere:
        receiver.answers, receiver.location = [302], elsewhere.url
        answer = post()(endpoint(receiver.url), uuid4(), b"{}")
        assert (answer.status, answer.taken) == (302, False)
        assert elsewhere.bodies == []


def test_a_long_answer_is_cut_off_and_its_status_counts(post):
    with receiving() as receiver:
        receiver.answers, receiver.answer_body = [200], b"x" * (100 * MOST_READ)
        assert post()(endpoint(receiver.url), uuid4(), b"{}").taken


def test_who_answers_byte_by_byte_is_given_up_in_time(post):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        Thread(target=_drip, args=[server], daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        began = monotonic()
        answer = post(patience=0.3)(endpoint(url), uuid4(), b"{}")
        assert answer.word in ("time-out", "connection-lost")
        assert monotonic() - began < PATIENCE


def _drip(server: socket.socket) -> None:
    with server.accept()[0] as line:
        try:
            for byte in b"HTTP/1.1 200 OK\r\nx: " + b"y" * 10_000:
                line.sendall(bytes([byte]))
                sleep(0.02)
        except OSError:
            pass


def test_a_receiver_whose_certificate_nobody_signed_gets_nothing(post, tmp_path):
    certificate = own_certificate(tmp_path)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        Thread(target=_shake_hands, args=[server, context], daemon=True).start()
        url = f"https://localhost:{server.getsockname()[1]}/"
        places = AllowedPlaces(also=LOOPBACK, resolve=lambda host, port: ["127.0.0.1"])
        assert post(places=places)(endpoint(url), uuid4(), b"{}").word == "no-connection"
        trusting = ssl.create_default_context(cafile=certificate)
        assert post(places=places, tls=trusting)(endpoint(url), uuid4(), b"{}").status == 204


def _shake_hands(server: socket.socket, context: ssl.SSLContext) -> None:
    for _ in range(2):
        line = server.accept()[0]
        try:
            with context.wrap_socket(line, server_side=True) as safe:
                while not safe.recv(65_536).endswith(b"{}"):
                    pass
                safe.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        except OSError:
            pass


def own_certificate(folder) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "own.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(path)


def _hang_up(server: socket.socket) -> None:
    server.accept()[0].close()


def test_what_is_not_http_and_who_is_not_there_have_words(post):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        Thread(target=_hang_up, args=[server], daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert post()(endpoint(url), uuid4(), b"{}").word in ("not-http", "connection-lost")
    assert post()(endpoint(url), uuid4(), b"{}").word == "no-connection"
    places = AllowedPlaces(resolve=lambda host, port: [])
    assert post(places=places).fault("https://nobody.example/") == "not-public"
