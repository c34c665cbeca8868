"""Connections to a mail server that are kept, used together with others, and found dead."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest

from adapters.mail.smtp import Rejected, Sent, SmtpConnections, SmtpMail, Unknown
from tests.adapters.mail.test_smtp import FROM, LETTER, NAME
from tests.kits.mail_server import OK, Answer, TalkingServer, agreeable
from tests.kits.patience import PATIENCE, within

ONE_LETTER = ["MAIL", "RCPT", "DATA", "."]


@contextmanager
def mail_at(server: TalkingServer, *, keeps: bool = True) -> Iterator[SmtpMail]:
    mail = SmtpMail(server.url, FROM, timeout=PATIENCE, keeps=keeps)
    try:
        yield mail
    finally:
        mail.close()
        server.close()


def says(**answers: str | None) -> Answer:
    """Agreeable but for some commands, on its first connection."""

    def answer(connection: int, command: str) -> str | None:
        word = "end" if command == "." else command.partition(" ")[0].lower()
        if connection == 0 and word in answers:
            return answers[word]
        return agreeable(connection, command)

    return answer


def test_letters_share_a_connection():
    server = TalkingServer()
    with mail_at(server) as mail:
        assert [mail.send(LETTER, NAME) for _ in range(3)] == [Sent()] * 3
    assert server.heard == [["EHLO", *ONE_LETTER * 3, "QUIT"]]
    assert len(server.letters) == 3


def test_without_being_asked_to_keep_it_says_good_bye():
    server = TalkingServer()
    with mail_at(server, keeps=False) as mail:
        assert mail.send(LETTER, NAME) == Sent()
        assert server.heard == [["EHLO", *ONE_LETTER, "QUIT"]]


def test_threads_have_a_connection_each_and_keep_it():
    meeting = Barrier(3, timeout=PATIENCE)

    def answer(connection: int, command: str) -> str | None:
        if command == "DATA" and len(server.letters) < 3:
            meeting.wait()  # passes only if three are under way together
        return agreeable(connection, command)

    server = TalkingServer(answer)
    with mail_at(server) as mail:
        threads = [Thread(target=mail.send, args=[LETTER, NAME]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert mail.send(LETTER, NAME) == Sent()
    assert len(server.heard) == 3
    assert len(server.letters) == 4


def test_a_kept_connection_that_died_is_replaced_and_the_letter_goes_out_once():
    server = TalkingServer()
    with mail_at(server) as mail:
        assert mail.send(LETTER, NAME) == Sent()
        server.hang_up()
        assert mail.send(LETTER, NAME) == Sent()
    assert len(server.letters) == 2
    assert len(server.heard) == 2


@pytest.mark.parametrize("word", ["mail", "rcpt", "data"])
def test_a_used_up_connection_is_replaced(word):
    """Servers say 421 or 451 when they have enough of one connection."""

    def answer(connection: int, command: str) -> str | None:
        busy = connection == 0 and len(server.letters) == 1
        if busy and command.lower().startswith(word):
            return "421 4.7.0 too much of you"
        return agreeable(connection, command)

    server = TalkingServer(answer)
    with mail_at(server) as mail:
        assert mail.send(LETTER, NAME) == Sent()
        assert mail.send(LETTER, NAME) == Sent()
    assert len(server.letters) == 2
    assert len(server.heard) == 2


def test_a_fresh_connection_that_says_later_is_believed():
    server = TalkingServer(says(rcpt="451 4.7.1 come back later"))
    with mail_at(server) as mail:
        assert mail.send(LETTER, NAME) == Rejected("451 4.7.1", permanent=False)
    assert len(server.heard) == 1


def no_nobody(connection: int, command: str) -> str | None:
    if command.upper().startswith("RCPT") and "nobody" in command:
        return "550 5.1.1 no such person"
    return agreeable(connection, command)


def no_strangers(connection: int, command: str) -> str | None:
    if command.upper().startswith("MAIL"):
        return "550 5.7.1 not from here"
    return agreeable(connection, command)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"extensions": ()}, ["MAIL", "RCPT"]),
        ({}, ["MAIL", "RCPT", "DATA"]),
        # It asked for a letter to nobody: an empty one ends that (RFC 2920, 3.1).
        ({"careless": True}, ["MAIL", "RCPT", "DATA", "."]),
    ],
)
def test_after_a_wrong_address_the_connection_serves_for_the_next_letter(more, told):
    server = TalkingServer(no_nobody, **more)
    with mail_at(server) as mail:
        gone = replace(LETTER, to="nobody@example.org")
        assert mail.send(gone, NAME) == Rejected("550 5.1.1", permanent=True)
        assert mail.send(LETTER, NAME) == Sent()
    assert server.heard == [["EHLO", *told, "RSET", *ONE_LETTER, "QUIT"]]
    assert len([one for one in server.letters if one]) == 1


def test_a_server_that_takes_a_recipient_without_a_sender_gets_no_letter_not_even_an_empty_one():
    server = TalkingServer(no_strangers, careless=True)
    with mail_at(server) as mail:
        assert mail.send(LETTER, NAME) == Rejected("550 5.7.1", permanent=True)
    assert server.letters == []
    assert server.heard == [["EHLO", "MAIL", "RCPT", "DATA"]]


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
@pytest.mark.parametrize(
    ("said", "code", "permanent"),
    [("550 5.7.1 not from here", "550 5.7.1", True), ("421 4.7.0 too much", "421 4.7.0", False)],
)
def test_a_no_counts_though_the_server_hangs_up_with_it(said, code, permanent, extensions):
    def answer(connection: int, command: str) -> str | None:
        return said if command.upper().startswith("MAIL") else None

    server = TalkingServer(answer, extensions=extensions, careless=True)
    with mail_at(server) as mail:
        assert mail.send(LETTER, NAME) == Rejected(code, permanent=permanent)


@pytest.mark.parametrize(("extensions", "waits"), [(("PIPELINING",), 2), ((), 4)])
def test_a_letter_waits_as_seldom_as_the_server_allows(extensions, waits, monkeypatch):
    """Whoever sends waits for all answers at once: a mail server may be far away."""
    server, said = TalkingServer(extensions=extensions), list[bytes]()
    real = smtplib.SMTP.send

    def send(self: smtplib.SMTP, told: Any) -> None:
        said.append(told)
        real(self, told)

    with mail_at(server) as mail:
        assert mail.send(LETTER, NAME) == Sent()
        monkeypatch.setattr(smtplib.SMTP, "send", send)
        assert mail.send(LETTER, NAME) == Sent()
        assert len(said) == waits
    assert server.heard == [["EHLO", *ONE_LETTER * 2, "QUIT"]]


def test_a_letter_that_was_handed_over_and_not_answered_is_unknown_on_a_kept_connection_too():
    def answer(connection: int, command: str) -> str | None:
        return None if command == "." and len(server.letters) == 2 else agreeable(0, command)

    server = TalkingServer(answer)
    with mail_at(server) as mail:
        assert mail.send(LETTER, NAME) == Sent()
        assert isinstance(mail.send(LETTER, NAME), Unknown)
    assert len(server.letters) == 2
    assert len(server.heard) == 1


def test_a_letter_that_is_refused_after_it_was_read_is_not_sent_on_a_kept_connection():
    server = TalkingServer(says(end="554 5.7.1 we do not like its words"))
    with mail_at(server) as mail:
        assert mail.send(LETTER, NAME) == Rejected("554 5.7.1", permanent=True)
        assert mail.send(LETTER, NAME) == Sent()
    assert [heard[-1] for heard in server.heard] == ["QUIT", "QUIT"]


def test_good_bye_is_said_when_there_was_nothing_to_send_for_a_while():
    server, now = TalkingServer(), [0.0]
    lines = SmtpConnections(server.url, timeout=PATIENCE, tls=None, keeps=True, now=lambda: now[0])
    first = lines.fresh()
    lines.keep(first)
    lines.rest()
    assert lines.kept() is first
    lines.keep(first)
    now[0] = 10.0
    lines.rest()
    assert lines.kept() is None
    assert server.heard == [["EHLO", "QUIT"]]
    server.close()


def test_good_bye_does_not_take_long():
    silent = TalkingServer(says(quit=OK))
    lines = SmtpConnections(silent.url, timeout=20, tls=None, keeps=False)
    with within(5):
        lines.keep(lines.fresh())
    silent.close()


def test_the_newest_connection_is_taken_first():
    server = TalkingServer()
    lines = SmtpConnections(server.url, timeout=PATIENCE, tls=None, keeps=True)
    made = [lines.fresh() for _ in range(3)]
    for one in made:
        lines.keep(one)
    assert lines.kept() is made[-1]
    made[-1].close()
    lines.close()
    server.close()
