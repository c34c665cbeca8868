"""What a provider published about its wire format, and what in a body is not according to it."""

import copy
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("CONTRACT_DATA", ROOT.parent / "shared" / "data"))
FILES = {
    "paytrail": "paytrail/paytrail-api.json",
    "sumup": "sumup/openapi.sumup-openapi-d5acd92.json",
}
# The file requires what its own schemas do not describe, and what no answer in its prose has.
_SLIPS = {"paytrail": ("transctionId", "paymentMethods")}


class Published:
    """The schemas of one provider."""

    def __init__(self, provider: str, document: dict[str, Any]) -> None:
        self._open = readable(document["components"], _SLIPS.get(provider, ()))
        self._closed = _closed(self._open)

    def wrong_request(self, name: str, body: Any) -> list[str]:
        """Why a body is not such a request. A field that is not published counts as a slip."""
        return self._wrong(self._closed, name, body)

    def wrong_answer(self, name: str, body: Any) -> list[str]:
        """Why a body is not such an answer. Answers may carry fields of tomorrow."""
        return self._wrong(self._open, name, body)

    def _wrong(self, components: Any, name: str, body: Any) -> list[str]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        found = Draft202012Validator(schema).iter_errors(body)
        return [f"{name}: {'/'.join(map(str, one.path))}: {one.message[:200]}" for one in found]


@cache
def published(provider: str) -> Published:
    """Skips the test where the published files are not here."""
    path = DATA / FILES[provider]
    if not path.exists():
        assert not os.environ.get("CI"), f"CI must have the contract data: {path}"
        pytest.skip(f"no contract data at {path}; set CONTRACT_DATA")
    return Published(provider, json.loads(path.read_text("utf-8")))


def readable(part: Any, slips: tuple[str, ...] = ()) -> Any:
    """OpenAPI 3.0 as JSON schema: null is a type, and the file's slips are mended."""
    if isinstance(part, list):
        return [readable(one, slips) for one in part]
    if not isinstance(part, dict):
        return part
    read = {name: readable(value, slips) for name, value in part.items()}
    if read.get("nullable") is True and isinstance(read.get("type"), str):
        read["type"] = [read["type"], "null"]
    if read.get("nullable") is True and isinstance(read.get("anyOf"), list):
        read["anyOf"] = [*read["anyOf"], {"type": "null"}]
    if isinstance(read.get("required"), list):
        read["required"] = [one for one in read["required"] if one not in slips]
    return read


def _closed(components: Any) -> Any:
    closed = copy.deepcopy(components)
    for schema in closed["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return closed
