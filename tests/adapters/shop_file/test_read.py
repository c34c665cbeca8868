"""What a shop file says about money: beyond the price, and when it is taken."""

from pathlib import Path
from shutil import copy

import pytest

from adapters.shop_file.read import read_shop_file
from ledger.kernel.refusals import ShopInvalid
from ledger.shop.rules import check
from ledger.shop.stamps import Surplus

SAMPLE = Path(__file__).parents[3] / "web/samples/winterfest.yaml"


def saying(folder: Path, line: str) -> Path:
    """The sample shop with one more line."""
    for picture in SAMPLE.parent.glob("*.webp"):
        copy(picture, folder)
    file = folder / "shop.yaml"
    file.write_text(f"{line}\n{SAMPLE.read_text()}")
    return file


def test_a_surplus_waits_for_a_person_unless_the_shop_returns_it(tmp_path: Path):
    assert read_shop_file(SAMPLE).preferences.overpaid is Surplus.CASE
    returning = saying(tmp_path, "overpaid: refund")
    assert read_shop_file(returning).preferences.overpaid is Surplus.REFUND


def test_another_word_is_refused(tmp_path: Path):
    with pytest.raises(ShopInvalid):
        read_shop_file(saying(tmp_path, "overpaid: keep"))


def test_a_shop_that_captures_later_says_for_how_long_people_may_change_their_mind(tmp_path: Path):
    assert read_shop_file(SAMPLE).preferences.grace_period is None
    usual = read_shop_file(saying(tmp_path, "capture: manual"))
    assert usual.preferences.grace_period == 3600
    short = read_shop_file(saying(tmp_path, "capture: manual\ngrace_period: PT10M"))
    assert short.preferences.grace_period == 600
    automatic = read_shop_file(saying(tmp_path, "capture: automatic\ngrace_period: PT10M"))
    assert automatic.preferences.grace_period is None


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("capture: manual\ngrace_period: P6D", "grace_period"),
        ("capture: manual\ngrace_period: PT0S", "grace_period"),
        ("capture: manual\nprovider: paytrail", "capture"),
        ("capture: manual\nprovider: manual", "capture"),
    ],
)
def test_what_no_provider_could_keep_is_refused(tmp_path: Path, line: str, field: str):
    file = saying(tmp_path, line)
    if "provider" in line:  # the sample names its own
        file.write_text(file.read_text().replace("provider: stripe", ""))
    with pytest.raises(ShopInvalid) as refused:
        check(read_shop_file(file))
    assert refused.value.field == field


def test_a_capture_of_another_kind_is_refused(tmp_path: Path):
    with pytest.raises(ShopInvalid):
        read_shop_file(saying(tmp_path, "capture: some day"))


LOOKS = """
venue: {name: {en: Hall}, address: Street 1}
picture: {file: winterfest.webp, alt: {en: A stage., fi: Lava., sv: En scen.}}
"""


def bare(folder: Path, text: str) -> Path:
    """The sample shop without what it says of its looks, and with a text of ours."""
    lines = SAMPLE.read_text().splitlines()
    ours = ("venue", "doors_at", "ends_at", "picture", "logo", "colour")
    begins = [n for n, line in enumerate(lines) if line[:1].isalpha()]
    kept = []
    for place, at in enumerate(begins):
        end = begins[place + 1] if place + 1 < len(begins) else len(lines)
        if lines[at].partition(":")[0] not in ours:
            kept += lines[at:end]
    file = saying(folder, "")
    file.write_text("\n".join([*kept, text]))
    return file


def test_a_picture_is_read_from_beside_the_file(tmp_path: Path):
    spec = read_shop_file(bare(tmp_path, LOOKS))
    picture = spec.preferences.picture
    assert picture is not None
    assert (picture.width, picture.height, [*spec.pictures]) == (1280, 640, [picture.hash])
    assert spec.preferences.venue is not None
    check(spec)


@pytest.mark.parametrize("name", ["../winterfest.webp", "/etc/hostname", "none.webp", "shop.yaml"])
def test_only_a_picture_beside_the_file_can_be_named(tmp_path: Path, name: str):
    file = bare(tmp_path, LOOKS.replace("winterfest.webp", name))
    with pytest.raises(ShopInvalid, match=r"shop\.yaml, line \d+, picture\.file: "):
        read_shop_file(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('colour: "blue"', "colour: blue stands there; right would be a colour in quotes"),
        ("doors_at: 2027-02-12T13:00:00", "doors_at: 2027-02-12T13:00:00 stands there"),
        ("ends_at: 2027-02-12T12:00:00", "ends_at: 2027-02-12T12:00:00 stands there"),
        ("venue: {name: {en: Hall}, address: ''}", "venue.address: nothing stands there"),
        (
            "logo: {file: winterfest-logo.webp, alt: {en: A flake.}}",
            "logo.alt: nothing in fi, sv stands there; right would be what it shows in en, fi, sv",
        ),
    ],
)
def test_what_a_shop_cannot_look_like_is_told_with_what_would_be_right(
    tmp_path: Path, text: str, said: str
):
    with pytest.raises(ShopInvalid) as told:
        read_shop_file(bare(tmp_path, text))
    assert said in str(told.value)
