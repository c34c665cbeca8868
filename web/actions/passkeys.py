"""Passkeys: adding one, and signing in with one (W3C Web Authentication, through `webauthn`).

    site = site_of(base_url)                            None where no passkey can work
    begin_registration(parts, site, owner, browser=…)   → JSON for navigator.credentials.create
    finish_registration(parts, site, owner, …)          → the passkey that was added
    begin_sign_in(parts, site, kind, browser=…)         → JSON for navigator.credentials.get
    finish_sign_in(parts, site, kind, answer, …)        → the passkey, whose `subject` is signing in

Whoever calls passes `web.http.session.browser_hash()` as `browser`: a question is answered on the
browser that asked it, once, within five minutes. Sessions are the caller's business. What cannot
be accepted raises `PasskeyRefused`, whatever a device sent; a removed passkey as one never known.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from ipaddress import ip_address
from secrets import token_bytes
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ledger.accounts.passkey import CHALLENGE_LIVES, LONGEST_NAME, Challenge, Passkey, Purpose
from ledger.accounts.session import Kind
from web.wiring.parts import Parts

LONGEST_ANSWER = 20_000
_LOOPBACK = "localhost"
_MILLISECONDS = int(CHALLENGE_LIVES.total_seconds() * 1000)


class PasskeyRefused(Exception):
    """What the device sent is not accepted. Why is for us, never for the page."""


@dataclass(frozen=True, slots=True)
class Site:
    """For what name passkeys are made, and where they may be used."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose passkey it becomes. `shown` is what their device lists it under: their e-mail."""

    kind: Kind
    subject: UUID
    shown: str


def site_of(base_url: str) -> Site | None:
    """Passkeys belong to a name, never to a number, and want https: None where they cannot work.

    At home the name is `localhost`, whichever of its numbers the server was started under.
    """
    parts = urlsplit(base_url)
    host, port = (parts.hostname or "").lower(), f":{parts.port}" if parts.port else ""
    if host == _LOOPBACK or _is_loopback(host):
        return Site(_LOOPBACK, f"{parts.scheme}://{_LOOPBACK}{port}")
    if parts.scheme != "https" or not host or _is_number(host):
        return None
    return Site(host, f"https://{host}{port}")


def begin_registration(parts: Parts, site: Site, owner: Owner, *, browser: bytes) -> str:
    """What `navigator.credentials.create` is told. Raises `LedgerUnavailable`."""
    known = parts.passkeys.of(owner.kind, owner.subject)
    options = generate_registration_options(
        rp_id=site.name,
        rp_name=site.name,
        user_id=owner.subject.bytes,
        user_name=owner.shown,
        challenge=_asked(parts, "register", owner.kind, owner.subject, browser=browser),
        timeout=_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_named(known),
    )
    return options_to_json(options)


def finish_registration(
    parts: Parts, site: Site, owner: Owner, *, answer: str, name: str, browser: bytes
) -> Passkey:
    """Keep the passkey that a device made. Raises `PasskeyRefused`, `LedgerUnavailable`."""
    challenge = _taken(parts, answer, "register", owner.kind, browser=browser)
    if challenge.asked.subject != owner.subject:
        raise PasskeyRefused("asked by somebody else")
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge.bytes,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:  # whatever the library makes of what a stranger sent
        raise PasskeyRefused(type(error).__name__) from error
    passkey = Passkey(
        id=uuid4(),
        kind=owner.kind,
        subject=owner.subject,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        sealed_name=parts.keyring.seal_note(owner.subject, name[:LONGEST_NAME].encode()),
        added_at=parts.clock(),
    )
    if not parts.passkeys.add(passkey):
        raise PasskeyRefused("known already, or one too many")
    return passkey


def begin_sign_in(
    parts: Parts, site: Site, kind: Kind, *, browser: bytes, subject: UUID | None = None
) -> str:
    """What `navigator.credentials.get` is told; only this subject's passkeys if one is named.

    Without one it tells nothing of anybody: the device itself knows whom it has passkeys of.
    """
    known = parts.passkeys.of(kind, subject) if subject else ()
    options = generate_authentication_options(
        rp_id=site.name,
        challenge=_asked(parts, "sign_in", kind, subject, browser=browser),
        timeout=_MILLISECONDS,
        allow_credentials=_named(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def finish_sign_in(
    parts: Parts,
    site: Site,
    kind: Kind,
    answer: str,
    *,
    browser: bytes,
    subject: UUID | None = None,
) -> Passkey:
    """The passkey that answered. Raises `PasskeyRefused`, `LedgerUnavailable`.

    With a `subject`, who has named themselves before, it must be theirs.
    """
    challenge = _taken(parts, answer, "sign_in", kind, browser=browser)
    passkey = parts.passkeys.find(kind, _credential_id(answer))
    if passkey is None or challenge.asked.subject != subject:
        raise PasskeyRefused("unknown, or removed")
    if subject not in (None, passkey.subject) or not _is_of(passkey, answer):
        raise PasskeyRefused("somebody else's")
    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge.bytes,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # whatever the library makes of what a stranger sent
        raise PasskeyRefused(type(error).__name__) from error
    if not parts.passkeys.used(passkey.id, sign_count=verified.new_sign_count, at=parts.clock()):
        raise PasskeyRefused("its count went backwards, or it was removed just now")
    return passkey


@dataclass(frozen=True, slots=True)
class _Taken:
    bytes: bytes
    asked: Challenge


def _asked(
    parts: Parts, purpose: Purpose, kind: Kind, subject: UUID | None, *, browser: bytes
) -> bytes:
    """A fresh question, written down before it is asked."""
    challenge, at = token_bytes(32), parts.clock()
    asked = Challenge(
        purpose=purpose, kind=kind, subject=subject, browser=browser, until=at + CHALLENGE_LIVES
    )
    parts.passkeys.ask(sha256(challenge).digest(), asked, at=at)
    return challenge


def _taken(parts: Parts, answer: str, purpose: Purpose, kind: Kind, *, browser: bytes) -> _Taken:
    """The question that this answers, which counts for it only."""
    challenge = _challenge_in(answer)
    asked = parts.passkeys.take(sha256(challenge).digest())
    if asked is None or asked.until <= parts.clock():
        raise PasskeyRefused("answered before, or too late")
    if (asked.purpose, asked.kind) != (purpose, kind):
        raise PasskeyRefused("an answer to another question")
    if not compare_digest(asked.browser, browser):
        raise PasskeyRefused("asked by another browser")
    return _Taken(challenge, asked)


def _challenge_in(answer: str) -> bytes:
    """The question that a device says it answers; whether it signed it is looked at later."""
    told = _field(answer, "response", "clientDataJSON")
    try:
        return parse_client_data_json(base64url_to_bytes(told)).challenge
    except Exception as error:
        raise PasskeyRefused("not an answer of a device") from error


def _credential_id(answer: str) -> bytes:
    try:
        return base64url_to_bytes(_field(answer, "rawId"))
    except Exception as error:
        raise PasskeyRefused("not an answer of a device") from error


def _is_of(passkey: Passkey, answer: str) -> bool:
    """Whether the device means the same person as we; one that names nobody means ours."""
    try:
        handle = json.loads(answer)["response"].get("userHandle")
        return not handle or base64url_to_bytes(handle) == passkey.subject.bytes
    except Exception:
        return False


def _field(answer: str, *path: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused("too long")
    try:
        found = json.loads(answer)
        for name in path:
            found = found[name]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise PasskeyRefused("not an answer of a device") from error
    if not isinstance(found, str):
        raise PasskeyRefused("not an answer of a device")
    return found


def _named(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one.credential_id) for one in known]


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_number(host) and ip_address(host).is_loopback
