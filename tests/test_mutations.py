"""Every known bug is caught when it is put back; all of them run with --slow."""

from pathlib import Path

import pytest

from tests.mutations import MUTATIONS, ROOT, Mutation, copy_of_the_tree, survives


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_every_known_bug_still_has_its_place(mutation: Mutation) -> None:
    assert (ROOT / mutation.file).read_text().count(mutation.old) == 1
    assert all((ROOT / one).exists() for one in mutation.tests)


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_every_known_bug_is_caught(mutation: Mutation, tmp_path: Path) -> None:
    assert not survives(mutation, copy_of_the_tree(tmp_path))
