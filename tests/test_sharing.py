"""What is given out to which process, and when."""

from pathlib import Path

from tests.kits.sharing import IN_ONE_HOUSE, LONGEST_FIRST, MEASURING, rank, unit
from tests.kits.suites import FIXTURES, FOLDERS, in_journeys

ROOT = Path(__file__).parents[1]


def test_what_is_named_is_there():
    assert all((ROOT / "tests" / name).is_dir() for name in LONGEST_FIRST)
    assert all((ROOT / name).is_file() for name in MEASURING)


def test_houses_come_first_then_the_rules_then_what_measures():
    house, rule = "tests/end_to_end/test_demo.py::test_a", "tests/ledger/order/test_fold.py::test_b"
    measuring = f"{MEASURING[0]}::test_c[::1]"
    assert sorted([measuring, rule, house], key=rank) == [house, rule, measuring]


def test_a_file_is_given_out_whole_and_all_that_measures_to_one():
    assert (
        unit("tests/ledger/order/test_fold.py::test_b[a::b]") == "tests/ledger/order/test_fold.py"
    )
    assert {unit(f"{one}::test_c") for one in MEASURING} == {"measuring"}


def test_who_asks_for_the_shared_house_is_given_out_with_it():
    asking = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests/end_to_end").glob("test_*.py")
        if "(journey: Journey" in (told := path.read_text()) and "whole_house(" not in told
    }
    assert asking == {*IN_ONE_HOUSE}
    assert {unit(f"{one}::test_c") for one in IN_ONE_HOUSE} == {"one house"}


def test_who_waits_for_whole_programs_is_a_journey():
    assert all((ROOT / "tests" / name).is_dir() for name in FOLDERS)
    shared = (ROOT / "tests/conftest.py").read_text()
    assert all(f"def {name}(" in shared for name in FIXTURES)
    assert in_journeys("tests/end_to_end/test_demo.py::test_a")
    assert not in_journeys("tests/ledger/order/test_fold.py::test_b[crash]")
