"""What a command takes where nothing is typed."""

from collections.abc import Iterator

import click

from web.cli.main import stampledger


def options(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Parameter]]:
    for parameter in command.params:
        yield " ".join((*path, parameter.name or "")), parameter
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield from options(one, (*path, name))


def test_no_option_refuses_its_own_default():
    """One that does refuses every call that leaves it out."""
    told = [
        (name, one, one.get_default(click.Context(click.Command("any"))))
        for name, one in options(stampledger)
    ]
    given = [one for one in told if isinstance(one[2], str | int | float | tuple)]
    assert len(given) > 50
    for name, parameter, value in given:
        try:
            parameter.type_cast_value(click.Context(click.Command("any")), value)
        except click.BadParameter as trouble:
            raise AssertionError(f"{name}: {trouble.message}") from trouble
