"""Accounts in Chromium: links in two browsers, a passkey of its virtual device, every width."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.kits.pages import World
from tests.web.pages.test_in_a_browser import opened, served
from web.http.current import KEY


@pytest.fixture
def world() -> Iterator[World]:
    """Under the name that passkeys are made for."""
    made = World()
    for world in served(made):
        world.base = world.base.replace("127.0.0.1", "localhost")
        parts = world.app.extensions[KEY]
        here = replace(parts.settings, base_url=world.base)
        world.app.extensions[KEY] = replace(parts, settings=here)
        yield world


def link(world: World) -> str:
    return f"{world.base}{urlsplit(world.post.letters[-1]['url']).path}"


def ask(page: Any, world: World, email: str = "ada@example.org") -> str:
    page.goto(f"{world.base}/me/sign-in")
    page.get_by_role("textbox", name="Email").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_role("heading", name="Check your email").wait_for()
    return link(world)


def device(page: Any) -> Any:
    """A device of Chromium's own, which says yes by itself."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    options |= {"automaticPresenceSimulation": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return tools


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_link_signs_in_where_it_was_asked_for_and_asks_elsewhere(
    browser: Any, world: World, scripts: bool
):
    here = opened(browser, 360, java_script_enabled=scripts)
    there = opened(browser, 1280, java_script_enabled=scripts)
    there.goto(ask(here, world))
    assert there.get_by_text("was asked for in another browser").is_visible()
    assert there.get_by_role("button", name="Yes, sign in on this device").is_visible()
    here.goto(link(world))
    if not scripts:
        here.get_by_role("button", name="Sign in").click()
    here.get_by_text("Signed in as ada@example.org").wait_for()
    there.get_by_role("button", name="Yes, sign in on this device").click()
    there.get_by_text("This link is used up or too old").wait_for()
    assert here.locator(".person").inner_text().startswith("ad…")
    for page in (here, there):
        assert page.complaints == []
        page.context.close()


def test_a_passkey_is_added_signs_in_and_is_refused_once_removed(browser: Any, world: World):
    page = opened(browser, 390)
    tools = device(page)
    page.goto(ask(page, world))
    page.get_by_label("Name of the passkey").fill("Telephone")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("The passkey was added.").wait_for()
    expect(page.get_by_role("button", name="Remove Telephone")).to_be_visible()
    page.get_by_role("button", name="Sign out here").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("Signed in as ada@example.org").wait_for()
    page.get_by_role("button", name="Remove Telephone").click()
    expect(page.get_by_role("button", name="Remove Telephone")).to_have_count(0)
    page.get_by_role("button", name="Sign out here").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("This passkey does not open an account here.").wait_for()
    page.goto(f"{world.base}/me")
    assert page.get_by_role("heading", name="Sign in").is_visible()
    tools.detach()
    page.context.close()
