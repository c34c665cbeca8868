"""The page at the door in a browser: scanned, seen, heard, with a network and without."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.kits.door_page import (
    PHONE,
    DoorHouse,
    is_online,
    is_ready,
    look,
    open_door,
    scan,
    waits,
)
from tests.kits.patience import PATIENCE
from web.door.files import mark_of

BRIEFLY = {"resultTypes": ["violations"]}
ONLY_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# Pixels that a gloved finger hits.
TARGET = 56
SMALL = """(least) => [...document.querySelectorAll(
    "main button, main select, #code, main label:has(input), .top a")]
  .map((one) => [one.textContent.trim() || one.id, one.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < least || box.height < least))
  .map(([name, box]) => `${name} ${box.width} ${box.height}`)"""
HEARD = """window.heard = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    window.heard.push(this.frequency.value); return start.call(this, at); };
  navigator.vibrate = (how) => { window.heard.push(how); return true; };"""


@pytest.fixture(scope="module")
def house() -> Iterator[DoorHouse]:
    with open_door() as made:
        yield made


@pytest.fixture
def page(browser: Any, house: DoorHouse) -> Iterator[Any]:
    made = opened(browser, house)
    yield made
    assert made.complaints == []
    made.context.close()


def opened(browser: Any, house: DoorHouse, **more: Any) -> Any:
    """A device whose page is open, online and ready for what comes."""
    context = browser.new_context(viewport=PHONE, **more)
    context.add_cookies([house.cookie()])
    context.add_init_script(HEARD)
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(house.page)
    is_ready(page)
    return page


def test_before_anybody_answered_nothing_is_said_of_a_network(
    browser: Any, house: DoorHouse
) -> None:
    context = browser.new_context(viewport=PHONE, service_workers="block")
    context.add_cookies([house.cookie()])
    page = context.new_page()
    held: list[Any] = []

    def hold(call: Any) -> None:
        held.append(call)

    page.route("**/api/**", hold)
    page.goto(house.page)
    expect(page.locator("[data-result]")).to_have_text("Ready")
    expect(page.locator("[data-today]")).not_to_be_empty()
    for _ in range(int(PATIENCE * 50)):
        if held:
            break
        page.wait_for_timeout(20)
    assert held, "nobody was asked"
    expect(page.locator(".states li:visible")).to_have_count(0)
    held[0].abort()
    is_online(page, yes=False)
    expect(page.locator("[data-state-net]")).to_have_text("No network")
    expect(page.locator("[data-state-list]")).to_have_text("No list yet")
    context.close()


# A device of its own in a real browser, and a server that answers as it is told.
WAY = """async ([deviceJs, outboxJs, serverJs]) => {
  const {Device} = await import(deviceJs), {Outbox} = await import(outboxJs);
  const {NoAnswer} = await import(serverJs);
  const device = await Device.open("elsewhere"), calls = [], heard = [];
  const rules = {days: [], doors: [], reentry: false, title: {}, hand_out: {}};
  const tickets = ["a", "b", "c", "d", "e"].map((one) => [one, [one, "p", "valid", []]]);
  const list = {products: {p: rules}, tickets: new Map(tickets)};
  let answer = async () => { throw new NoAnswer("offline"); };
  const states = async () => (await device.entries()).map((one) => one.state);
  const server = {
    checkIn: async (body) => { calls.push([body.scan, await states()]); return answer(body); },
    queue: async (entries) => {
      if (entries.some((one) => one.code === "d")) throw new NoAnswer("refused", "no such door");
      return {entries: entries.map(({scan, code}) => (
        {scan, recorded: true, stands: true, result: code === "e" ? "revoked" : "valid"}))};
    },
  };
  const told = (word, about) => heard.push([word, about?.entry?.code ?? "", about?.result ?? ""]);
  const outbox = new Outbox(device, server, {list: () => list, told});
  let at = 0;
  const scan = async (code, online = true) => {
    const scan = crypto.randomUUID(), about = {code, hash: code, subject: code, shop: "elsewhere"};
    at += 1;
    const found = await outbox.scan({...about, scan, door: "m", day: "d", way: "in", at}, {online});
    return found?.result ?? null;
  };
  const results = [];
  results.push([await scan("a"), await scan("a"), calls.length, calls[0][1]]);
  const before = calls.length;
  results.push([await scan("none"), await scan("none")]);
  results.push(calls[before][0] === calls[before + 1][0]);
  answer = ({scan}) => new Promise((done) => setTimeout(() => done({scan, result: "valid"}), 50));
  results.push(await Promise.all([scan("b"), scan("b")]));
  results.push([await scan("c", false), await scan("d", false), await scan("e", false)]);
  await outbox.send();
  results.push([await states(), heard.filter(([word]) => word === "conflict")]);
  return results;
}"""


def test_a_scan_is_written_down_asked_once_and_sent_once(page: Any) -> None:
    files = [f"/door/files/{mark_of(one)}/{one}" for one in ("device.js", "outbox.js", "server.js")]
    lost, turned_away, same_scan, at_once, offline, (states, conflicts) = page.evaluate(WAY, files)
    # What waits is not asked about: the second scan is decided here, and the first stood written.
    assert lost == ["valid", "used", 1, ["asked"]]
    assert turned_away == ["unknown", "unknown"]
    assert same_scan
    assert at_once == ["valid", None]
    assert offline == ["valid", "valid", "valid"]
    assert sorted(states) == ["entered"] * 4 + ["refused", "unanswered"]
    assert sorted(conflicts) == [["conflict", "d", "refused"], ["conflict", "e", "revoked"]]


def everybody_can_use_it(page: Any) -> None:
    """By axe in the dark, contrast once more by day; nothing wider than a phone."""
    for theme, options in (("dark", BRIEFLY), ("light", {**BRIEFLY, **ONLY_CONTRAST})):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        found = Axe().run(page, options=options).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], look(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")


def test_every_result_is_seen_heard_felt_and_read(page: Any, house: DoorHouse) -> None:
    code = house.fresh()
    cases = (
        (f"{code[:4]}-{code[4:].lower()}", "valid", "✓"),
        (code, "used", "✕"),
        (house.revoked, "revoked", "✕"),
        (house.elsewhere, "wrong_door", "!"),
        ("2222222222222222", "unknown", "?"),
        ("https://example.org/", "not_a_code", "!"),
        ("2345-6789-ABCD-EFGH", "mistyped", "!"),
    )
    heard = []
    for typed, result, sign in cases:
        scan(page, typed, result)
        shown = look(page)
        assert shown.startswith(sign)
        read = page.locator("[data-live]").inner_text()
        assert all(one in read for one in shown.split(" | ")[1:] if one != "Take back"), shown
        assert page.evaluate("document.activeElement.id") == "code"
        heard.append(str(page.evaluate("window.heard.splice(0)")))
        if result == "valid":
            everybody_can_use_it(page)
    assert len({*heard}) == 3
    assert page.evaluate(SMALL, TARGET) == []
    (let_in,) = house.scans(code)
    assert let_in.device.startswith("door-")


def test_without_a_network_it_goes_on_and_sends_later(page: Any, house: DoorHouse) -> None:
    before, code, other = house.fresh(), house.fresh(), house.fresh()
    scan(page, before, "valid")
    inside = house.inside()
    expect(page.locator("[data-state-inside]")).to_have_text(f"Inside: {inside}")
    page.context.set_offline(True)
    scan(page, before, "used")
    is_online(page, yes=False)
    scan(page, code, "valid")
    assert "Blue wristband" in look(page)
    assert "Decided without a network." in look(page)
    scan(page, code, "used")
    scan(page, house.revoked, "revoked")
    scan(page, house.elsewhere, "wrong_door")
    scan(page, "2222222222222222", "unlisted")
    page.reload()
    is_online(page, yes=False)
    scan(page, code, "used")
    scan(page, other, "valid")
    waits(page, 2)
    assert house.scans(code) == []
    page.context.set_offline(False)
    is_online(page)
    expect(page.locator("[data-notice=sent]")).to_contain_text("entered: 2")
    expect(page.locator("[data-state-waiting]")).to_be_hidden()
    expect(page.locator("[data-state-inside]")).to_contain_text(f"Inside: {inside + 2}")
    told = [one for each in (code, other) for one in house.scans(each)]
    assert [one.queued for one in told] == [True, True]
    assert told[0].scanned_at < told[1].scanned_at
    scan(page, code, "used")
    assert "this device" in look(page)
    assert [len(house.scans(one)) for one in (before, code, other)] == [1, 1, 1]


def test_a_check_in_is_taken_back_and_who_is_found_by_name_is_let_in(
    page: Any, house: DoorHouse
) -> None:
    code, gone = house.fresh(), house.undone()
    scan(page, code, "valid")
    page.get_by_role("button", name="Recent").click()
    page.locator("dialog[open] li button").first.click()
    # No keyboard comes up over the reasons, and a scanner's Enter presses none of them.
    assert page.evaluate("document.activeElement.id") == "panel-undo"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="The wrong person").click()
    expect(page.locator("[data-notice=undo]")).to_contain_text("Taken back")
    assert house.undone() == gone + 1
    # What is typed next arrives: the focus that a closed panel gives back has its cursor.
    scan(page, code, "valid")
    expect(page.locator("[data-notice=undo]")).to_have_count(0)
    page.locator("[data-open=search]").click()
    page.keyboard.type("neill")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Let in").first.wait_for()
    everybody_can_use_it(page)
    page.get_by_role("button", name="Let in: Ada O'Neill").last.click()
    expect(page.locator("[data-result]")).to_have_attribute("data-shown", "3")
    assert page.evaluate("document.activeElement.id") == "code"
