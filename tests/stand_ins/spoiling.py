"""Answers of a stand-in that are changed on their way, as no published file allows."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.stand_ins.serving import Asked, StandIn, Told

Change = Callable[[Any], Any]


def spoil(
    stand_in: StandIn,
    change: Change,
    *,
    method: str = "GET",
    path: str = "",
    query: str = "",
    seal: Callable[[Told], Told] = lambda told: told,
) -> None:
    """From now on, whatever is answered at such an address is changed; then it is signed anew."""
    answer = stand_in.answer

    def spoiled(asked: Asked) -> Told:
        told = answer(asked)
        meant = asked.method == method and asked.path.endswith(path)
        if not meant or query not in "&".join(asked.query.values()):
            return told
        changed = change(json.loads(told.body or b"null"))
        return seal(replace(told, body=json.dumps(changed).encode()))

    vars(stand_in)["answer"] = spoiled
