"""Styles stand in the letters' templates by name, and in the letters as themselves."""

import pytest
from jinja2 import Environment

from adapters.mail.letters.letter import breakable
from adapters.mail.letters.styles import STYLES, StyledTemplates


def test_every_named_style_is_put_in_its_place(tmp_path):
    (tmp_path / "one").write_text("".join(f"[[{name}]]" for name in STYLES))
    made = Environment(loader=StyledTemplates(tmp_path)).get_template("one").render()
    assert made == "".join(STYLES.values())


def test_a_style_that_is_not_there_is_an_error(tmp_path):
    (tmp_path / "one").write_text("[[pink]]")
    with pytest.raises(KeyError, match="pink"):
        Environment(loader=StyledTemplates(tmp_path)).get_template("one")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a & b", "a &amp; b"),
        ("x" * 24, "x" * 24),
        ("x" * 25, f"{'x' * 18}<wbr>{'x' * 7}"),
        (f"<{'x' * 24}", f"&lt;{'x' * 17}<wbr>{'x' * 7}"),
        (f"{'a' * 20} {'b' * 20}", f"{'a' * 20} {'b' * 20}"),
    ],
)
def test_only_what_is_long_may_be_broken(text, told):
    assert breakable(text) == told
