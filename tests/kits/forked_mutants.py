"""Each mutant meets the tests in a fork of its own, where nothing but its function is changed.

A plugin of pytest. Nothing is imported or collected anew: that takes far longer than the tests
that see most mutants. `MUTANTS` names a file with what to try, `OUTCOMES` the one it writes.
"""

import ast
import gc
import json
import os
import re
import resource
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import NoReturn

import pytest
from _pytest.runner import runtestprotocol

from tests.kits.mutants import Mutant

MUTANTS, OUTCOMES = "MUTANTS", "OUTCOMES"
CAUGHT, SURVIVED, ELSEWHERE = "caught", "SURVIVED", "elsewhere"
# Processor seconds of one test: a bug may keep it from ending. All of them together may take long.
_LONGEST = 60
_ROOT = Path(__file__).parents[2]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """In place of the tests: for each mutant its outcome, and by which test it was caught."""
    gc.enable()
    gc.unfreeze()  # functions are looked for among all that there is
    sound: set[str] = set()
    with Path(os.environ[OUTCOMES]).open("a", buffering=1) as told:
        for one in json.loads(Path(os.environ[MUTANTS]).read_text()):
            mutant = Mutant(**one)
            items = sorted(session.items, key=lambda item: _distance(item.nodeid, mutant.file))
            outcome, by = _in_a_fork(items, mutant)
            if by and by not in sound:
                seen, _ = _in_a_fork([one for one in items if one.nodeid == by], None)
                assert seen == SURVIVED, f"{by} fails without any bug"
                sound.add(by)
            told.write(json.dumps([outcome, by]) + "\n")
    return True


def _distance(test: str, file: str) -> int:
    """Those of the module's own name first, then those of its room, then all others."""
    where, parts = test.partition("::")[0], Path(file).with_suffix("").parts
    words = re.findall("[a-z]{4,}", parts[-1])
    near = where.startswith("/".join(["tests", *parts[:-1][:2], ""]))
    return (not near) * 2 + (not any(word in where for word in words))


def _in_a_fork(items: Sequence[pytest.Item], mutant: Mutant | None) -> tuple[str, str]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_caught(items, mutant, writing)
    os.close(writing)
    with open(reading) as pipe:  # noqa: PTH123 (a descriptor)
        outcome, _, by = pipe.read().partition(" ")
    os.waitpid(child, 0)
    return outcome or CAUGHT, by


def _be_caught(items: Sequence[pytest.Item], mutant: Mutant | None, writing: int) -> None:
    """Never returns. Who is ended by a limit of time says nothing, and is caught."""
    signal.signal(signal.SIGXCPU, _ended)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    said = ELSEWHERE
    try:
        if mutant is None or put_into_its_function(mutant):
            by = _first_that_fails(items)
            said = f"{CAUGHT} {by}" if by else SURVIVED
    except BaseException:
        said = CAUGHT
    os.write(writing, said.encode())
    os._exit(0)


def _ended(number: int, frame: FrameType | None) -> NoReturn:
    raise TimeoutError("a test that does not end")


def _first_that_fails(items: Sequence[pytest.Item]) -> str:
    for item, following in zip(items, [*items[1:], None], strict=True):
        used = resource.getrusage(resource.RUSAGE_SELF)
        until = int(used.ru_utime + used.ru_stime) + _LONGEST
        # What does not even hear that its time is over is ended, and counts as caught.
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
        signal.alarm(_LONGEST * 20)
        if any(one.failed for one in runtestprotocol(item, log=False, nextitem=following)):
            return item.nodeid
    return ""


def put_into_its_function(mutant: Mutant) -> bool:
    """Whether there was one, and it is loaded: what a module does by itself was done before."""
    file = str(_ROOT / mutant.file)
    source = Path(file).read_text()
    place = function_around(source, mutant)
    if place is None:
        return False
    new = code_at(mutant.of(source), file, place)
    loaded = [
        one
        for one in gc.get_objects()
        if isinstance(one, FunctionType)
        and (one.__code__.co_filename, one.__code__.co_firstlineno) == (file, place)
        and one.__code__.co_name == new.co_name
    ]
    with suppress(ValueError):  # it needs other names from around it than the sound one
        for function in loaded:
            function.__code__ = new
        return bool(loaded)
    return False


def function_around(source: str, mutant: Mutant) -> int | None:
    """The first line of the outermost function whose body holds it."""
    line = source.count("\n", 0, mutant.start) + 1

    def within(node: ast.AST) -> int | None:
        for one in ast.iter_child_nodes(node):
            if isinstance(one, ast.FunctionDef) and one.lineno <= line <= (one.end_lineno or 0):
                inside = one.body[0].lineno <= line
                return (
                    min([one.lineno, *(d.lineno for d in one.decorator_list)]) if inside else None
                )
            if isinstance(one, ast.ClassDef) and one.lineno <= line <= (one.end_lineno or 0):
                return within(one)
        return None

    return within(ast.parse(source))


def code_at(source: str, file: str, line: int) -> CodeType:
    return next(one for one in _codes(compile(source, file, "exec")) if one.co_firstlineno == line)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Functions of a module and of its classes, not those within functions.

    Nor what has no name: a function may have such a one as a default, on its very line.
    """
    for one in code.co_consts:
        if isinstance(one, CodeType) and one.co_name != "<lambda>":
            if one.co_flags & 2:  # inspect.CO_NEWLOCALS: a function
                yield one
            else:
                yield from _codes(one)
