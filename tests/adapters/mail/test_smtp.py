import contextlib
import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.mail.letters import RenderedLetter
from adapters.mail.smtp import Rejected, Sent, SmtpMail, Unknown
from ledger.order.stamps import Letter

LETTER = RenderedLetter(
    subject="Vahvistus tilauksestasi #000423",
    text="Hei Ada,\n.\n.a line with a dot\nKiitos, 123,45 €\n",
    html="<p>Kiitos, 123,45 €</p>",
    to="ada@example.org",
    reply_to="tickets@winterfest.example",
    from_name="Talvijuhla ÄÖ",
)
FROM = "shop@tickets.example"
NAME = "<x.paid@tickets.example>"


class Postbox:
    """A mail server that answers as it is told and keeps what it took."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.taken: list[Envelope] = []

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return self.answers.get("data", "250 OK")

    def message(self) -> EmailMessage:
        content = self.taken[0].original_content
        assert content is not None
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@contextlib.contextmanager
def served(postbox: Postbox, **options: Any) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = {"enable_SMTPUTF8": False, "server_hostname": "mail.test", **options}
    controller = Controller(postbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        controller.stop()


def sent_to(postbox: Postbox, letter: RenderedLetter = LETTER) -> object:
    with served(postbox) as address:
        return SmtpMail(f"smtp://{address}", FROM, timeout=5).send(letter, NAME)


def test_a_letter_arrives_as_it_was_written():
    postbox = Postbox()
    at = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
    with served(postbox) as address:
        mail = SmtpMail(f"smtp://{address}", FROM, clock=lambda: at)
        assert mail.send(LETTER, NAME) == Sent()
    message = postbox.message()
    assert postbox.taken[0].mail_from == FROM
    assert postbox.taken[0].rcpt_tos == ["ada@example.org"]
    assert message["Subject"] == LETTER.subject
    assert message["From"].addresses[0].display_name == "Talvijuhla ÄÖ"
    assert message["From"].addresses[0].addr_spec == FROM
    assert message["Reply-To"].addresses[0].addr_spec == "tickets@winterfest.example"
    assert message["Message-ID"] == NAME
    assert message["Date"].datetime == at
    text, html = message.iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().strip() == LETTER.html
    assert html.get_content_type() == "text/html"


def test_a_letter_has_the_same_name_at_every_try():
    mail = SmtpMail("smtp://localhost", f"Shop <{FROM}>")
    order = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
    assert mail.message_id(order, Letter.PAID) == f"<{order}.paid@tickets.example>"


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_permanent_no_is_permanent(step):
    answer = sent_to(Postbox(**{step: "550 5.1.1 ada@example.org is unknown here"}))
    assert answer == Rejected("550 5.1.1", permanent=True)


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_temporary_no_is_temporary(step):
    assert sent_to(Postbox(**{step: "451 Try later"})) == Rejected("451", permanent=False)


def test_nobody_listening_is_temporary():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    answer = SmtpMail(f"smtp://127.0.0.1:{port}", FROM).send(LETTER, NAME)
    assert answer == Rejected("ConnectionRefusedError", permanent=False)


@contextlib.contextmanager
def script(*lines: bytes, silent: bool = False) -> Iterator[str]:
    """A server that answers with these lines, one per command, then hangs up or says no more."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as commands:
            for line in lines:
                connection.sendall(line + b"\r\n")
                if line.startswith(b"354"):
                    while commands.readline() != b".\r\n":
                        pass
                else:
                    commands.readline()
            if silent:
                over.wait(10)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        thread.join(10)
        listener.close()


BEFORE_DATA = (b"220 hello", b"250 hello", b"250 ok", b"250 ok")


def test_a_connection_lost_after_the_letter_was_handed_over_is_unknown():
    with script(*BEFORE_DATA, b"354 go ahead") as url:
        answer = SmtpMail(url, FROM).send(LETTER, NAME)
    assert isinstance(answer, Unknown)


def test_silence_after_the_letter_was_handed_over_is_unknown():
    with script(*BEFORE_DATA, b"354 go ahead", silent=True) as url:
        answer = SmtpMail(url, FROM, timeout=0.3).send(LETTER, NAME)
    assert answer == Unknown("TimeoutError") or answer == Unknown("SMTPServerDisconnected")


@pytest.mark.parametrize("heard", range(4))
def test_a_connection_lost_before_is_temporary(heard):
    with script(*BEFORE_DATA[:heard]) as url:
        answer = SmtpMail(url, FROM).send(LETTER, NAME)
    assert isinstance(answer, Rejected)
    assert not answer.permanent


def test_silence_before_is_temporary():
    with script(BEFORE_DATA[0], silent=True) as url:
        answer = SmtpMail(url, FROM, timeout=0.3).send(LETTER, NAME)
    assert isinstance(answer, Rejected)
    assert not answer.permanent


@pytest.mark.parametrize(
    "letter",
    [
        replace(LETTER, subject="Hello\r\nBcc: mallory@example.org"),
        replace(LETTER, from_name="Shop\nBcc: mallory@example.org"),
        replace(LETTER, to="ada@example.org\r\nBcc: mallory@example.org"),
        replace(LETTER, to="ada@example.org>, <mallory@example.org"),
        replace(LETTER, to="ada@example.org, mallory@example.org"),
        replace(LETTER, to="not an address"),
        replace(LETTER, reply_to="a@b\x00.example"),
        replace(LETTER, subject="Bell\x07"),
    ],
)
def test_nobody_can_write_into_the_headers(letter):
    postbox = Postbox()
    assert sent_to(postbox, letter) == Rejected("unwritable", permanent=True)
    assert postbox.taken == []


def test_a_letter_to_nobody_is_never_sent():
    answer = sent_to(Postbox(), replace(LETTER, to=""))
    assert answer == Rejected("no-recipient", permanent=True)


def test_an_address_beyond_ascii_needs_a_server_that_can_carry_it():
    letter = replace(LETTER, to="äiti@example.org")
    assert sent_to(Postbox(), letter) == Rejected("550 5.6.7", permanent=True)
    postbox = Postbox()
    with served(postbox, enable_SMTPUTF8=True) as address:
        assert SmtpMail(f"smtp://{address}", FROM).send(letter, NAME) == Sent()
    assert postbox.taken[0].rcpt_tos == ["äiti@example.org"]


class Doorkeeper:
    def __init__(self) -> None:
        self.seen: list[LoginPassword] = []

    def __call__(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        self.seen.append(data)
        return AuthResult(success=data.password == b"p@ss/word", handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(signed.public_bytes(pem))
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    return str(folder / "cert.pem"), str(folder / "key.pem")


def locked(certificate: tuple[str, str]) -> dict[str, Any]:
    """Options of a server that wants TLS, then a password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return {"authenticator": Doorkeeper(), "auth_required": True, "tls_context": context}


def test_a_password_is_told_over_tls(certificate):
    trusted = ssl.create_default_context(cafile=certificate[0])
    postbox = Postbox()
    with served(postbox, **locked(certificate)) as address:
        right = SmtpMail(f"smtp://shop:p%40ss%2Fword@{address}", FROM, tls=trusted)
        wrong = SmtpMail(f"smtp://shop:guess@{address}", FROM, tls=trusted)
        assert right.send(LETTER, NAME) == Sent()
        refused = wrong.send(LETTER, NAME)
    assert refused == Rejected("SMTPAuthenticationError 535", permanent=False)
    assert len(postbox.taken) == 1


def offering(certificate: tuple[str, str]) -> dict[str, Any]:
    """Options of a server that offers TLS and takes letters without it, too."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return {"tls_context": context}


class Listener(Postbox):
    """Remembers whether each letter came over TLS."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: list[bool] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.hidden.append(session.ssl is not None)
        return await super().handle_DATA(server, session, envelope)


def test_tls_is_used_wherever_it_is_offered_with_a_password_or_without(certificate):
    listener = Listener()
    with served(listener, **offering(certificate)) as address:
        assert SmtpMail(f"smtp://{address}", FROM).send(LETTER, NAME) == Sent()
    assert listener.hidden == [True]


def test_where_tls_is_required_nothing_is_sent_without_it():
    postbox = Postbox()
    with served(postbox) as address:
        mail = SmtpMail(f"smtp://{address}", FROM, starttls_required=True)
        answer = mail.send(LETTER, NAME)
    assert answer == Rejected("SMTPNotSupportedError", permanent=False)
    assert postbox.taken == []


def test_where_tls_is_required_the_server_must_be_the_one_that_we_mean(certificate):
    postbox = Postbox()
    with served(postbox, **offering(certificate)) as address:
        mail = SmtpMail(f"smtp://{address}", FROM, starttls_required=True)
        answer = mail.send(LETTER, NAME)
        trusted = ssl.create_default_context(cafile=certificate[0])
        right = SmtpMail(f"smtp://{address}", FROM, starttls_required=True, tls=trusted)
        assert right.send(LETTER, NAME) == Sent()
    assert answer == Rejected("SSLCertVerificationError", permanent=False)
    assert len(postbox.taken) == 1


def test_a_stranger_does_not_learn_the_password(certificate):
    options = locked(certificate)
    with served(Postbox(), **options) as address:
        answer = SmtpMail(f"smtp://shop:secret@{address}", FROM).send(LETTER, NAME)
    assert answer == Rejected("SSLCertVerificationError", permanent=False)
    assert options["authenticator"].seen == []


def test_a_password_never_travels_in_the_clear_to_another_machine():
    with served(Postbox()) as address:
        mail = SmtpMail(f"smtp://shop:secret@{address.replace('127.0.0.1', '127.0.0.1.')}", FROM)
        answer = mail.send(LETTER, NAME)
    assert isinstance(answer, Rejected)
    assert not answer.permanent


def test_secrets_are_not_shown():
    assert repr(SmtpMail("smtp://shop:secret@mail.example:2525", FROM)) == (
        "SmtpMail(mail.example:2525)"
    )
    with pytest.raises(ValueError, match="must look like") as refused:
        SmtpMail("http://shop:secret@mail.example", FROM)
    assert "secret" not in str(refused.value)
