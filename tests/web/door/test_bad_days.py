"""What goes wrong at doors, in a browser: cut networks, lost answers, copied tickets, clocks."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.kits.browser import ARGUMENTS
from tests.kits.door import keep_names_at_doors, name_holders, sold
from tests.kits.door_page import (
    PHONE,
    DoorHouse,
    film,
    is_online,
    is_ready,
    look,
    open_door,
    scan,
    waits,
)
from tests.web.door.test_in_a_browser import everybody_can_use_it, opened

# Both may have been in one minute.
LET_IN_TWICE = re.compile(r"Let in twice: .*, first at (\d\d:){2}\d\d .*, then at (\d\d:){2}\d\d")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def house() -> Iterator[DoorHouse]:
    with open_door(tickets=60) as made:
        yield made


def sent(page: Any, count: int) -> None:
    """Wait until the device has sent what it had."""
    expect(page.locator("[data-notice=sent]")).to_contain_text(f"entered: {count}", timeout=30_000)
    expect(page.locator("[data-state-waiting]")).to_be_hidden()


@pytest.fixture(autouse=True)
def _nothing_is_lost(house: DoorHouse) -> Iterator[None]:
    yield
    house.lost.clear()


def cut(page: Any) -> None:
    """Out of the network's reach, and aware of it."""
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    is_online(page, yes=False)


@pytest.mark.parametrize("offline", [(True, True), (True, False), (False, True), (False, False)])
@pytest.mark.parametrize("back", [(0, 1), (1, 0)], ids=["first is back", "second is back"])
def test_of_two_devices_with_one_ticket_the_earlier_stands_and_the_other_is_told(
    browser: Any, house: DoorHouse, offline: tuple[bool, bool], back: tuple[int, int]
) -> None:
    """Every order of scans with and without a network, and of who is back first."""
    code, devices = house.fresh(), [opened(browser, house) for _ in range(2)]
    for device in (one for one, is_cut in zip(devices, offline, strict=True) if is_cut):
        cut(device)
    scan(devices[0], code, "valid")
    scan(devices[1], code, "valid" if any(offline) else "used")
    for nth in (nth for nth in back if offline[nth]):
        devices[nth].context.set_offline(False)
        sent(devices[nth], 1)
    the_earliest_stands(house, code, scans=2 if any(offline) else 1)
    # Whoever sends last hears of it; of what was overtaken later there is a case alone.
    if offline[1] and (not offline[0] or back[0] == 0):
        told = devices[1].locator("[data-notice^='conflict']")
        expect(told).to_contain_text(LET_IN_TWICE)
    for device in devices:
        is_online(device)
        scan(device, code, "used")
        assert device.complaints == []
        device.context.close()


def the_earliest_stands(house: DoorHouse, code: str, *, scans: int) -> None:
    """One is inside; whoever came in besides is told of."""
    let_in = house.scans(code)
    assert len(let_in) == scans
    (there,) = house.attendance(code)
    assert [one.id for one in there.entries] == [min(let_in, key=lambda one: one.scanned_at).scan]
    assert len(there.beside) == scans - 1


def test_an_answer_that_is_lost_lets_nobody_in_twice(browser: Any, house: DoorHouse) -> None:
    page, code = opened(browser, house), house.fresh()
    house.lost.add("/check-ins")
    scan(page, code, "valid")
    assert "Decided without a network." in look(page)
    scan(page, code, "used")
    house.lost.clear()
    sent(page, 1)
    assert len(house.scans(code)) == 1
    scan(page, code, "used")
    page.context.close()


def test_who_was_turned_away_for_a_lost_answer_comes_in_with_the_next_scan(
    browser: Any, house: DoorHouse
) -> None:
    page = opened(browser, house)
    code = house.sell()
    # The device's list is from before; the ledger lets it in, and nobody hears of it.
    house.lost.add("/check-ins")
    scan(page, code, "unlisted")
    assert len(house.scans(code)) == 1
    house.lost.clear()
    is_online(page)
    scan(page, code, "valid")
    scan(page, code, "used")
    assert len(house.scans(code)) == 1
    page.context.close()


def test_a_queue_whose_answer_is_lost_is_sent_again_and_enters_once(
    browser: Any, house: DoorHouse
) -> None:
    page, codes = opened(browser, house), [house.fresh() for _ in range(3)]
    page.context.set_offline(True)
    for code in codes:
        scan(page, code, "valid")
    house.lost.add("/queue")
    page.context.set_offline(False)
    # It is tried again and again; each time the ledger takes it, and nobody hears of it.
    for _ in range(2):
        with page.expect_response("**/door/queue", timeout=30_000):
            pass
    waits(page, 3)
    house.lost.clear()
    sent(page, 3)
    assert [len(house.scans(code)) for code in codes] == [1, 1, 1]
    page.context.close()


def test_signed_out_it_goes_on_and_sends_when_somebody_signs_in(
    browser: Any, house: DoorHouse
) -> None:
    page, code = opened(browser, house), house.fresh()
    page.context.clear_cookies()
    scan(page, code, "valid")
    expect(page.locator("[data-notice='signed-out']")).to_contain_text("You are signed out")
    waits(page, 1)
    everybody_can_use_it(page)
    page.context.add_cookies([house.cookie()])
    sent(page, 1)
    assert len(house.scans(code)) == 1
    page.context.close()


def test_whose_role_is_taken_away_keeps_no_list(browser: Any, house: DoorHouse) -> None:
    page = opened(browser, house)
    page.context.add_cookies([house.cookie("auditor")])
    expect(page.locator("[data-state-net]")).to_have_text("Not yours", timeout=20_000)
    expect(page.locator("[data-state-list]")).to_have_text("No list yet")
    page.context.close()


def test_a_check_in_is_taken_back_without_a_network(browser: Any, house: DoorHouse) -> None:
    page, code, gone = opened(browser, house), house.fresh(), house.undone()
    page.context.set_offline(True)
    scan(page, code, "valid")
    page.locator("[data-result] button").click()
    everybody_can_use_it(page)
    page.get_by_role("button", name="Scanned by mistake").click()
    expect(page.locator("[data-notice=undo]")).to_contain_text("when the network is back")
    scan(page, code, "valid")
    waits(page, 3)
    page.context.set_offline(False)
    sent(page, 2)
    expect(page.locator("[data-state-waiting]")).to_be_hidden()
    assert house.undone() == gone + 1
    assert len(house.scans(code)) == 2
    scan(page, code, "used")
    page.context.close()


def test_a_clock_that_is_wrong_is_told_and_its_times_are_put_right(
    browser: Any, house: DoorHouse
) -> None:
    page, code = opened(browser, house), house.fresh()
    page.context.close()
    context = browser.new_context(viewport=PHONE)
    context.add_cookies([house.cookie()])
    context.add_init_script(
        "const now = Date.now; const Real = Date; const off = 600000;"
        "globalThis.Date = class extends Real { constructor(...a) {"
        " if (a.length) super(...a); else super(now() + off); }"
        " static now() { return now() + off; } };"
    )
    page = context.new_page()
    page.goto(house.page)
    is_online(page)
    expect(page.locator("[data-notice=clock]")).to_contain_text("wrong by 10 min")
    expect(page.locator("[data-state-list]")).to_have_attribute("data-tone", "quiet")
    context.set_offline(True)
    scan(page, code, "valid")
    context.set_offline(False)
    sent(page, 1)
    (let_in,) = house.scans(code)
    assert abs((house.product.clock() - let_in.scanned_at).total_seconds()) < 60
    context.close()


def test_a_list_that_is_not_signed_by_this_ledger_is_thrown_away(
    browser: Any, house: DoorHouse
) -> None:
    context = browser.new_context(viewport=PHONE, service_workers="block")
    context.add_cookies([house.cookie()])
    page = context.new_page()

    def forged(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('"valid"', '"revoked"'))

    page.route("**/door/list*", forged)
    page.goto(house.page)
    expect(page.locator("[data-notice='list-bad']")).to_contain_text("not signed")
    expect(page.locator("[data-state-list]")).to_have_text("No list yet")
    context.close()


def test_whose_a_ticket_is_is_said_without_a_network_where_the_shop_wants_it(
    browser: Any, house: DoorHouse
) -> None:
    order, (code, _other) = sold(house.product, pieces=2)
    name_holders(house.product, order)
    page = opened(browser, house)
    keep_names_at_doors(house.product)
    # What changed of the list fits no more to one without names: all of it comes anew.
    page.get_by_role("button", name="Set-up").click()
    page.get_by_role("button", name="Fetch the whole list").click()
    expect(page.locator("[data-list-about]")).to_contain_text("It has names on it")
    everybody_can_use_it(page)
    page.keyboard.press("Escape")
    cut(page)
    scan(page, code, "valid")
    assert "Ada Lovelace" in look(page)
    everybody_can_use_it(page)
    page.get_by_role("button", name="Recent").click()
    assert "Ada" not in page.locator("dialog[open]").inner_text()
    page.keyboard.press("Escape")
    page.context.set_offline(False)
    sent(page, 1)
    keep_names_at_doors(house.product, kept=False)
    page.reload()
    page.get_by_role("button", name="Set-up").click()
    page.get_by_role("button", name="Fetch the whole list").click()
    expect(page.locator("[data-list-about]")).not_to_contain_text("names")
    page.context.close()


def test_a_browser_that_is_closed_loses_nothing(
    browser: Any, browser_program: Path, house: DoorHouse, tmp_path: Path
) -> None:
    codes = [house.fresh() for _ in range(2)]

    def begin() -> Any:
        context = browser.browser_type.launch_persistent_context(
            tmp_path, executable_path=browser_program, args=list(ARGUMENTS), viewport=PHONE
        )
        context.add_cookies([house.cookie()])
        return context, context.pages[0]

    context, page = begin()
    page.goto(house.page)
    is_ready(page)
    context.set_offline(True)
    for code in codes:
        scan(page, code, "valid")
    context.close()
    context, page = begin()
    context.set_offline(True)
    page.goto(f"{house.base}/door/")
    is_online(page, yes=False)
    waits(page, 2)
    for code in codes:
        scan(page, code, "used")
    context.set_offline(False)
    sent(page, 2)
    assert [len(house.scans(code)) for code in codes] == [1, 1]
    context.close()


def test_a_camera_reads_tickets_one_after_the_other(
    browser: Any, browser_program: Path, house: DoorHouse, tmp_path: Path
) -> None:
    """A film: one ticket, the same again, and one that is not valid any more."""
    code = house.fresh()
    film(tmp_path / "film.y4m", [code, code, house.revoked])
    running = browser.browser_type.launch(
        executable_path=browser_program,
        args=[
            *ARGUMENTS,
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={tmp_path / 'film.y4m'}",
        ],
    )
    page = opened(running, house)
    page.get_by_role("button", name="Camera").click()
    panel, seen = page.locator("[data-result]"), []
    for nth in range(1, 4):
        expect(panel).to_have_attribute("data-shown", str(nth), timeout=30_000)
        seen.append(panel.get_attribute("data-result"))
    # The film begins again at its end, and may have begun anywhere.
    assert {*seen} <= {"valid", "used", "revoked"}
    assert seen.count("valid") <= 1
    assert seen.count("revoked") == 1
    assert len(house.scans(code)) == 1
    assert page.evaluate("document.body.dataset.reader") == "ours"
    everybody_can_use_it(page)
    page.context.close()
    running.close()


def test_a_browser_that_reads_codes_itself_is_asked_first(
    browser: Any, browser_program: Path, house: DoorHouse
) -> None:
    running = browser.browser_type.launch(
        executable_path=browser_program,
        args=[*ARGUMENTS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
    )
    context = running.new_context(viewport=PHONE)
    context.add_cookies([house.cookie()])
    code = house.fresh()
    context.add_init_script(
        f"""globalThis.BarcodeDetector = class {{
          static async getSupportedFormats() {{ return ["qr_code", "code_128"]; }}
          async detect() {{ return [{{rawValue: "{code}"}}]; }}
        }};"""
    )
    page = context.new_page()
    page.goto(house.page)
    is_online(page)
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("[data-result]")).to_have_attribute("data-result", "valid")
    page.wait_for_timeout(2_500)
    # It is held there still: one scan.
    assert page.locator("[data-result]").get_attribute("data-shown") == "1"
    assert page.evaluate("document.body.dataset.reader") == "browser"
    running.close()


def test_a_device_is_set_up_once_and_keeps_quiet_when_told(browser: Any, house: DoorHouse) -> None:
    page = opened(browser, house)
    page.get_by_role("button", name="Set-up").click()
    page.get_by_label("Name of this device").fill("nörth 1!")
    for name in ("Sounds", "Vibration", "Dark"):
        page.get_by_label(name, exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_label("Door", exact=True).select_option("sauna")
    page.reload()
    is_online(page)
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.get_by_label("Door", exact=True).input_value() == "sauna"
    scan(page, house.elsewhere, "valid")
    assert page.evaluate("window.heard") == []
    (let_in,) = house.scans(house.elsewhere)
    assert (let_in.device, let_in.door) == ("nrth 1", "sauna")
    # Whoever leaves and comes back is let in again, where the product says so.
    page.get_by_text("Out", exact=True).click()
    scan(page, house.elsewhere, "left")
    page.get_by_text("In", exact=True).click()
    scan(page, house.elsewhere, "valid")
    assert "Comes back in." in look(page)
    page.context.close()


def test_after_the_event_a_device_forgets_and_never_what_waits(
    browser: Any, house: DoorHouse
) -> None:
    page, code = opened(browser, house), house.fresh()
    page.context.set_offline(True)
    scan(page, code, "valid")

    def forget() -> None:
        page.get_by_role("button", name="Set-up").click()
        page.get_by_role("button", name="Forget it all").click()

    forget()
    expect(page.locator("[data-notice=forgotten]")).to_contain_text("Nothing was forgotten")
    page.context.set_offline(False)
    sent(page, 1)
    forget()
    expect(page.locator("[data-notice=forgotten]")).to_contain_text("has forgotten")
    kept = page.evaluate(
        """() => new Promise((told) => {
          const asked = indexedDB.open("stampledger-door");
          asked.onsuccess = () => {
            const names = ["entries", "recent", "lists"];
            const store = asked.result.transaction(names);
            const counts = names.map((name) => store.objectStore(name).count());
            store.oncomplete = () => told(counts.map((one) => one.result));
          };
        })"""
    )
    assert kept == [0, 0, 0]
    page.context.close()


def test_without_script_a_code_is_checked(browser: Any, house: DoorHouse) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    context.add_cookies([house.cookie()])
    page, code = context.new_page(), house.fresh()
    page.goto(house.page)
    for word in ("Valid", "Already used"):
        page.get_by_label("Code of a ticket").fill(code)
        page.get_by_role("button", name="Check").click()
        expect(page.locator("[data-result] .word")).to_have_text(word)
    assert not page.get_by_role("button", name="Camera").is_visible()
    context.close()
