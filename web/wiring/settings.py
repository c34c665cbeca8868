"""Every setting, read once from the environment. Nothing else reads it."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from ledger.shop.mail_address import is_sender

KEY_LENGTH = 32
_LONGEST_SECRET = 10_000
# Each may also be named by a file, `STAMPLEDGER_…_FILE`, which no list of processes shows.
SECRETS = (
    "DATABASE_URL",
    "MIGRATE_DATABASE_URL",
    "SECRET_KEY",
    "MASTER_KEY",
    "MASTER_KEY_ALSO",
    "SIGNING_KEY",
    "SMTP_URL",
    "ALARM_WEBHOOK",
    "STRIPE_API_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "PAYTRAIL_SECRET",
    "SUMUP_API_KEY",
    "SUMUP_WEBHOOK_SECRET",
    "PRETIX_TOKEN",
)
# Sessions are signed with it (HMAC-SHA256): shorter than the hash, it would be the weakest part.
SHORTEST_SECRET = 32


class SettingWrong(Exception):
    """A setting is missing or malformed. Says which and what it should be, never its value."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"{name} {rule}")
        self.name, self.rule = name, rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this process was told to run. Secrets have no place in its repr."""

    home: Path
    base_url: str
    database_url: str | None = field(default=None, repr=False)
    migrate_database_url: str | None = field(default=None, repr=False)
    allow_owner: bool = False
    proxies: int = 0
    clock_file: Path | None = None
    secret_key: str | None = field(default=None, repr=False)
    master_key: bytes | None = field(default=None, repr=False)
    master_keys_also: tuple[bytes, ...] = field(default=(), repr=False)
    signing_key: bytes | None = field(default=None, repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    smtp_starttls_required: bool = False
    mail_from: str = "tickets@localhost"
    alarm_mail: str | None = None
    alarm_webhook: str | None = field(default=None, repr=False)
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    stripe_api_key: str | None = field(default=None, repr=False)
    stripe_webhook_secret: str | None = field(default=None, repr=False)
    stripe_account: str | None = None
    stripe_api_base: str | None = None
    paytrail_account: str | None = None
    paytrail_secret: str | None = field(default=None, repr=False)
    paytrail_api_base: str | None = None
    sumup_api_key: str | None = field(default=None, repr=False)
    sumup_merchant_code: str | None = None
    sumup_webhook_secret: str | None = field(default=None, repr=False)
    sumup_api_base: str | None = None
    sumup_sandbox: bool = False
    pretix_token: str | None = field(default=None, repr=False)
    pretix_api_base: str | None = None
    mail_catcher: Path | None = None
    demo: bool = False

    @property
    def payment_page_origins(self) -> tuple[str, ...]:
        """Where our forms may lead: a stand-in provider's pages, which are not https."""
        bases = (self.stripe_api_base, self.paytrail_api_base, self.sumup_api_base)
        return tuple(base for base in bases if base)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment; raises `SettingWrong` naming the first that is wrong."""
    read = _Reader(environment)
    settings = Settings(
        home=Path(read.text("HOME") or ".stampledger").absolute(),
        base_url=read.url("BASE_URL") or "http://127.0.0.1:8000",
        database_url=read.text("DATABASE_URL"),
        migrate_database_url=read.text("MIGRATE_DATABASE_URL"),
        allow_owner=read.text("ALLOW_OWNER") == "1",
        proxies=read.count("PROXIES"),
        clock_file=read.path("CLOCK_FILE"),
        secret_key=read.text("SECRET_KEY"),
        master_key=read.key("MASTER_KEY"),
        master_keys_also=read.keys("MASTER_KEY_ALSO"),
        signing_key=read.key("SIGNING_KEY"),
        smtp_url=read.smtp("SMTP_URL"),
        smtp_starttls_required=read.one_of("SMTP_STARTTLS", "required", "offered") == "required",
        mail_from=read.sender("MAIL_FROM") or "tickets@localhost",
        alarm_mail=read.text("ALARM_MAIL"),
        alarm_webhook=read.url("ALARM_WEBHOOK"),
        webhook_networks=read.networks("WEBHOOK_NETWORKS"),
        stripe_api_key=read.text("STRIPE_API_KEY"),
        stripe_webhook_secret=read.text("STRIPE_WEBHOOK_SECRET"),
        stripe_account=read.text("STRIPE_ACCOUNT"),
        stripe_api_base=read.url("STRIPE_API_BASE"),
        paytrail_account=read.text("PAYTRAIL_ACCOUNT"),
        paytrail_secret=read.text("PAYTRAIL_SECRET"),
        paytrail_api_base=read.url("PAYTRAIL_API_BASE"),
        sumup_api_key=read.text("SUMUP_API_KEY"),
        sumup_merchant_code=read.text("SUMUP_MERCHANT_CODE"),
        sumup_webhook_secret=read.text("SUMUP_WEBHOOK_SECRET"),
        sumup_api_base=read.url("SUMUP_API_BASE"),
        sumup_sandbox=read.text("SUMUP_SANDBOX") == "1",
        pretix_token=read.text("PRETIX_TOKEN"),
        pretix_api_base=read.url("PRETIX_API_BASE"),
        mail_catcher=read.path("MAIL_CATCHER"),
        demo=read.text("DEMO") == "1",
    )
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    if settings.database_url and settings.master_key is None:
        raise SettingWrong("STAMPLEDGER_MASTER_KEY", "is required with STAMPLEDGER_DATABASE_URL")
    if (secret := settings.secret_key) and len(secret.strip().encode()) < SHORTEST_SECRET:
        raise SettingWrong(
            "STAMPLEDGER_SECRET_KEY",
            f"must have at least {SHORTEST_SECRET} bytes: `openssl rand -hex 32` makes one",
        )
    if settings.stripe_api_key and not settings.stripe_webhook_secret:
        raise SettingWrong(
            "STAMPLEDGER_STRIPE_WEBHOOK_SECRET", "is required with STAMPLEDGER_STRIPE_API_KEY"
        )
    if settings.stripe_webhook_secret and not all(
        secret.strip() for secret in settings.stripe_webhook_secret.split(",")
    ):
        raise SettingWrong("STAMPLEDGER_STRIPE_WEBHOOK_SECRET", "must not have an empty part")
    _check_other_providers(settings)
    if settings.clock_file and (settings.stripe_api_key or "").startswith(("sk_live", "rk_live")):
        raise SettingWrong("STAMPLEDGER_CLOCK_FILE", "is refused with a live provider key")


def _check_other_providers(settings: Settings) -> None:
    if settings.paytrail_account and not (settings.paytrail_secret or "").strip():
        raise SettingWrong("STAMPLEDGER_PAYTRAIL_SECRET", "is required with the account")
    if settings.paytrail_account and not re.fullmatch("[0-9]{1,10}", settings.paytrail_account):
        raise SettingWrong("STAMPLEDGER_PAYTRAIL_ACCOUNT", "must be a merchant's number")
    for name, secret in (
        ("SUMUP_API_KEY", settings.sumup_api_key),
        ("SUMUP_WEBHOOK_SECRET", settings.sumup_webhook_secret),
        ("PRETIX_TOKEN", settings.pretix_token),
    ):
        if secret is not None and not secret.strip():
            raise SettingWrong(f"STAMPLEDGER_{name}", "must not be empty")
    if settings.sumup_api_key and not settings.sumup_merchant_code:
        raise SettingWrong("STAMPLEDGER_SUMUP_MERCHANT_CODE", "is required with the API key")
    code = settings.sumup_merchant_code
    if code and not re.fullmatch("[0-9A-Za-z]{1,32}", code):
        raise SettingWrong("STAMPLEDGER_SUMUP_MERCHANT_CODE", "must be letters and digits")


@dataclass(frozen=True, slots=True)
class _Reader:
    environment: Mapping[str, str]

    def text(self, name: str) -> str | None:
        value = self.environment.get(f"STAMPLEDGER_{name}") or None
        file = self.environment.get(f"STAMPLEDGER_{name}_FILE") if name in SECRETS else None
        if not file:
            return value
        if value is not None:
            raise SettingWrong(f"STAMPLEDGER_{name}_FILE", "is set beside the setting itself")
        return _content(f"STAMPLEDGER_{name}_FILE", Path(file))

    def sender(self, name: str) -> str | None:
        text = self.text(name)
        if text is None:
            return None
        address = parseaddr(text)[1]
        # A mail server on this machine may be the only one that ever sees it.
        asked = address.removesuffix("@localhost") + "@localhost.example"
        if not is_sender(asked if address.endswith("@localhost") else address):
            raise SettingWrong(f"STAMPLEDGER_{name}", "must look like Name <tickets@example.org>")
        return text

    def one_of(self, name: str, *words: str) -> str | None:
        text = self.text(name)
        if text is not None and text not in words:
            raise SettingWrong(f"STAMPLEDGER_{name}", f"must be one of: {', '.join(words)}")
        return text

    def count(self, name: str) -> int:
        text = self.text(name) or "0"
        if not (text.isascii() and text.isdigit() and len(text) < 3):
            raise SettingWrong(f"STAMPLEDGER_{name}", "must be a whole number, 0 or more")
        return int(text)

    def path(self, name: str) -> Path | None:
        text = self.text(name)
        return Path(text) if text else None

    def url(self, name: str) -> str | None:
        text = self.text(name)
        if text is not None and _scheme(text) not in ("http", "https"):
            raise SettingWrong(f"STAMPLEDGER_{name}", "must be an http or https address")
        return text.rstrip("/") if text else None

    def networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        text = self.text(name)
        try:
            return tuple(ip_network(one.strip()) for one in text.split(",")) if text else ()
        except ValueError:
            rule = "must be networks like 10.1.0.0/16, with commas between them"
            raise SettingWrong(f"STAMPLEDGER_{name}", rule) from None

    def smtp(self, name: str) -> str | None:
        text = self.text(name)
        if text is not None and _scheme(text) not in ("smtp", "smtps"):
            raise SettingWrong(f"STAMPLEDGER_{name}", "must look like smtp://host:port")
        return text

    def key(self, name: str) -> bytes | None:
        text = self.text(name)
        return None if text is None else _key(name, text)

    def keys(self, name: str) -> tuple[bytes, ...]:
        text = self.text(name)
        return tuple(_key(name, one) for one in text.split(",")) if text else ()


def _content(name: str, path: Path) -> str:
    """The secret in a file, as an orchestrator mounts it: without the end of its line."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_LONGEST_SECRET + 1)
    except (OSError, ValueError):
        raise SettingWrong(name, "names a file that cannot be read as text") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text.strip():
        raise SettingWrong(name, "names a file that is empty")
    if len(text) > _LONGEST_SECRET or not text.isprintable():
        raise SettingWrong(name, "names a file that is not one line of text")
    return text


def _key(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_LENGTH:
        raise SettingWrong(f"STAMPLEDGER_{name}", "must be 32 bytes in base64")
    return key


def _scheme(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return parts.scheme if parts.hostname else ""
