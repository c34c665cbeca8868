"""What tests share: a PostgreSQL of our own, a fresh database for a test, a browser."""

import gc
import os
import re
import signal
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapters.embedded_postgres import APP, AUDITOR, OWNER, EmbeddedPostgres
from tests.kits import (
    authorities,
    cheap_passwords,
    encoded_pictures,
    examples,
    log_lines,
    sharing,
    suites,
    templates,
    url_maps,
    url_rules,
)
from tests.kits import browser as browsers
from tests.kits.databases import copied_database, hasty, kept_in_memory, migrated_template
from tests.kits.patience import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from xdist.remote import Producer
    from xdist.scheduler import LoadFileScheduling

RANDOM_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--journeys", action="store_true", help="run the journeys, too")
    parser.addoption("--slow", action="store_true", help="and the nightly forms of tests")
    parser.addoption(
        "--examples", type=float, metavar="SHARE", help="how many of the examples Hypothesis tries"
    )
    parser.addoption("--postgres", type=int, default=18, choices=[16, 18], help="server version")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # these are told the word, and everything is named
        config.option.journeys = suites.wanted(config)
    share = config.getoption("--examples")
    usual = examples.NIGHTLY if config.getoption("--slow") else examples.FAST
    examples.choose(usual if share is None else share)
    url_rules.compile_once()
    templates.compile_once()
    cheap_passwords.make_cheap()
    authorities.read_once()
    # All that is collected stays: to look through it for garbage takes a third of the time.
    gc.disable()
    # A shell that runs us in the background ignores Ctrl-C, and so would all that tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def databases_in_memory() -> Iterator[None]:
    with kept_in_memory():
        yield


def pytest_make_parametrize_id(val: object) -> str | None:
    """Processes that share the tests out must give each the same name."""
    if isinstance(val, str) and RANDOM_ID.search(val):
        return RANDOM_ID.sub("uuid", val)
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "LoadFileScheduling":
    return sharing.scheduler(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = sharing.in_order(items)
    left_out = {
        item
        for item in items
        if (item.get_closest_marker("slow") and not config.getoption("--slow"))
        or (suites.is_journey(item) and not config.getoption("--journeys"))
    }
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=[*left_out])


def pytest_collection_finish() -> None:
    # What no test has imported by now costs nothing.
    if "web.app" in sys.modules:
        url_maps.share()
        log_lines.configure()
    if "adapters.shop_file.picture_encoder" in sys.modules:
        encoded_pictures.encode_once()
    gc.enable()
    gc.freeze()
    # Whole apps come and go with each test: one look among many finds as much as each of them.
    gc.set_threshold(20_000, 20, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database's addresses, by who asks."""

    name: str
    owner: str
    app: str
    auditor: str


@pytest.fixture(scope="session")
def postgres_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedPostgres]:
    """One server for all tests of a process; its data goes with it."""
    home = tmp_path_factory.mktemp("home")
    server = EmbeddedPostgres(home, version=request.config.getoption("--postgres"))
    server.start()
    hasty(server)
    yield server
    server.destroy()


@pytest.fixture(scope="session")
def template_database(postgres_server: EmbeddedPostgres) -> str:
    """What every test's database is a copy of. Nobody may stay connected to it."""
    return migrated_template(postgres_server)


@pytest.fixture
def database(postgres_server: EmbeddedPostgres, template_database: str) -> Iterator[Database]:
    """A fresh database of the test's own."""
    yield from fresh_database(postgres_server, template_database)


@pytest.fixture(scope="module")
def module_database(
    postgres_server: EmbeddedPostgres, template_database: str
) -> Iterator[Database]:
    """A fresh database that the tests of one module share."""
    yield from fresh_database(postgres_server, template_database)


def fresh_database(server: EmbeddedPostgres, template: str) -> Iterator[Database]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    copied_database(server, name, template=template)
    yield Database(
        name=name,
        owner=server.url(name, role=OWNER),
        app=server.url(name, role=APP),
        auditor=server.url(name, role=AUDITOR),
    )
    server.drop_database(name)


@pytest.fixture(scope="session")
def browser_program() -> Path:
    """A Chromium, fetched when there is none."""
    try:
        return browsers.find_or_install()
    except browsers.NoBrowser as error:
        if browsers.must_be_there():
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def browser(browser_program: Path) -> Iterator["Browser"]:
    """A running Chromium, driven through Playwright; open a context per test."""
    from playwright.sync_api import expect, sync_playwright

    # Seconds are milliseconds there; what comes ends the wait, so that only a failure takes long.
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=browser_program, args=list(browsers.ARGUMENTS)
        )
        yield running
        running.close()
