"""The gallery of components: in the demo, and nowhere else."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.kits.pages import World
from web.http.current import KEY

COMPONENTS = Path(__file__).parents[3] / "web" / "templates" / "components"


def in_the_demo(world: World) -> World:
    known = world.app.extensions[KEY]
    world.app.extensions[KEY] = replace(known, settings=replace(known.settings, demo=True))
    return world


def test_nobody_elsewhere_finds_the_gallery() -> None:
    assert World().browser.get("/_/components").status_code == 404


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_the_demo_shows_it_in_every_language(language: str) -> None:
    answer = in_the_demo(World()).browser.get(f"/_/components?lang={language}")
    assert answer.status_code == 200
    heading = {"en": "Components", "fi": "Rakennuspalat", "sv": "Byggstenar"}[language]
    assert f"<h1>{heading}</h1>" in answer.text


@pytest.mark.parametrize("file", ["actions", "forms", "layout", "status", "tables"])
def test_every_general_component_is_shown(file: str) -> None:
    """Whatever is added to the folder; three are part of others, or stand there by hand."""
    said = (COMPONENTS.parent / "components.html").read_text()
    made = (COMPONENTS / f"{file}.html").read_text()
    names = [line.split()[2].partition("(")[0] for line in made.splitlines() if "{% macro" in line]
    for name in names:
        shown = name.startswith("_") or f"pieces.{name}(" in said
        assert shown or name in {"labelled", "banner", "press_alone"}, name
