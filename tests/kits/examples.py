"""How many examples Hypothesis tries: few in the fast suite, many with `--slow`; told here only."""

from typing import Any

from hypothesis import HealthCheck, settings

# Parts of what a test asks for: in the fast suite, and each night.
FAST, NIGHTLY = 0.2, 5.0
_LEAST = 2
_share = FAST


def choose(share: float) -> None:
    """Before any test is imported. The fast suite tries the same examples each time."""
    global _share  # noqa: PLW0603
    _share = share
    settings.register_profile(
        "house",
        max_examples=_of(100),
        deadline=None,
        derandomize=share < 1,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("house")


def examples(count: int, *, least: int = _LEAST, **others: Any) -> settings:
    """Settings for a test that asks for so many; without them it asks for a hundred.

    One is the least for a test that has many cases besides, each with its examples.
    """
    return settings(max_examples=_of(count, least), **others)


def _of(count: int, least: int = _LEAST) -> int:
    return max(round(count * _share), min(count, least))


def every(nth: int) -> int:
    """The step of a walk through all cases: each `nth` in the fast suite, else each."""
    return nth if _share < 1 else 1
