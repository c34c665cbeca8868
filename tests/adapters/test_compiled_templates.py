"""Templates that one process compiled, loaded by the next: what is wrong there harms no page."""

import shutil
import tempfile
from pathlib import Path
from types import CodeType

import pytest
from jinja2 import DictLoader, Environment

from adapters import compiled_templates as module
from adapters.compiled_templates import compiled_templates


class _Process(Environment):
    """An environment as a process has it, which counts what it compiles."""

    def __init__(self, source: str) -> None:
        super().__init__(
            loader=DictLoader({"page.html": source}), bytecode_cache=compiled_templates()
        )
        self.compiled = 0

    def _compile(self, source: str, filename: str) -> CodeType:
        self.compiled += 1
        return super()._compile(source, filename)

    def page(self) -> str:
        return self.get_template("page.html").render(who="Ada")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files for a while stand, this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_one_process_compiled_the_next_one_loads() -> None:
    first, second = _Process("Hello {{ who }}"), _Process("Hello {{ who }}")
    assert (first.page(), second.page()) == ("Hello Ada", "Hello Ada")
    assert (first.compiled, second.compiled) == (1, 0)


def test_a_template_that_was_changed_is_compiled_anew() -> None:
    _Process("Hello {{ who }}").page()
    changed = _Process("Goodbye {{ who }}")
    assert (changed.page(), changed.compiled) == ("Goodbye Ada", 1)


def test_what_other_code_compiled_is_compiled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    _Process("Hello {{ who }}").page()
    monkeypatch.setattr(module, "made_by", lambda: "another release, or a filter that was changed")
    other = _Process("Hello {{ who }}")
    assert (other.page(), other.compiled) == ("Hello Ada", 1)


def test_a_file_of_ours_that_changes_makes_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters = tmp_path / "web" / "i18n" / "filters.py"
    filters.parent.mkdir(parents=True)
    filters.write_text("one = 1\n")
    monkeypatch.setattr(module, "_ROOT", tmp_path)
    before = module.made_by.__wrapped__()
    assert module.made_by.__wrapped__() == before
    filters.write_text("one = 11\n")
    assert module.made_by.__wrapped__() != before


@pytest.mark.parametrize("spoilt", [b"", b"j2", b"not what was written"])
def test_a_file_that_cannot_be_read_is_written_anew(folder: Path, spoilt: bytes) -> None:
    _Process("Hello {{ who }}").page()
    (file,) = folder.rglob("*.cache")
    sound = file.read_bytes()
    for bad in (spoilt, sound[:-20], sound.replace(sound[-40:], b"x" * 40)):
        file.write_bytes(bad)
        assert _Process("Hello {{ who }}").page() == "Hello Ada"
        assert file.read_bytes() == sound


def test_only_this_user_may_look_into_the_folder(folder: Path) -> None:
    _Process("Hello {{ who }}").page()
    (kept,) = folder.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o700


def test_where_nothing_can_be_written_pages_are_compiled(folder: Path) -> None:
    process = _Process("Hello {{ who }}")
    (kept,) = folder.iterdir()
    shutil.rmtree(kept)
    assert process.page() == "Hello Ada"


def test_a_place_that_is_taken_by_something_else_is_not_used(folder: Path) -> None:
    _Process("Hello {{ who }}").page()
    (kept,) = folder.iterdir()
    shutil.rmtree(kept)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    kept.symlink_to(elsewhere)
    process = _Process("Hello {{ who }}")
    assert process.bytecode_cache is None
    assert process.page() == "Hello Ada"
    assert not [*elsewhere.iterdir()]
