"""What the sandbox writes is indented as the provider's own answers are."""

import json

import pytest

from adapters.sandbox.pretty_json import pretty_json


@pytest.mark.parametrize(
    "value",
    [
        {"id": "evt_1", "data": {"object": {"amount": 3500, "metadata": {}, "refunds": []}}},
        [1.5, -0.0, 1e300, True, None, [[], {}], ""],
        {"name": 'Ä "quoted" \\ line\nend', "flag": "\N{FLAG IN HOLE}", "half": "\ud800"},
        "x",
    ],
)
def test_it_is_the_text_that_python_writes(value: object):
    assert pretty_json(value) == json.dumps(value, indent=2)
